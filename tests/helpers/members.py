"""Members as the tests play them, over the API and a real mailbox."""

import base64
import re
from collections.abc import Awaitable, Callable
from email.message import EmailMessage
from pathlib import Path
from uuid import UUID

import httpx

from tests.helpers.received_mail import read_mail

PASSWORD = "seven tailors measured twice"


class Mailbox:
    """The folder into which mails are delivered; each is read once."""

    def __init__(self, folder: Path, deliver: Callable[[], Awaitable[int]]) -> None:
        self._folder = folder
        self._deliver = deliver
        self._read: set[Path] = set()

    async def collect(self) -> list[EmailMessage]:
        await self._deliver()
        fresh = sorted(
            set(self._folder.glob("*.eml")) - self._read, key=lambda path: path.stat().st_ctime_ns
        )
        self._read.update(fresh)
        return [read_mail(path.read_bytes()) for path in fresh]

    async def receive_one(self) -> EmailMessage:
        (message,) = await self.collect()
        return message

    async def token(self) -> str:
        return token_of(await self.receive_one())


def token_of(message: EmailMessage) -> str:
    found = re.search(r"#token=([A-Za-z0-9_-]{43})\s", message.get_content())
    assert found, message.get_content()
    return found[1]


class MemberClient:
    def __init__(
        self, client: httpx.AsyncClient, mailbox: Mailbox, username: str, **over: str
    ) -> None:
        self.client = client
        self.mailbox = mailbox
        self.username = username
        self.email = over.get("email", f"{username}@example.org")
        self.password = over.get("password", PASSWORD)
        self.language = over.get("language", "en")
        self.access_token = ""
        self.refresh_token = ""

    async def register(self) -> httpx.Response:
        return await self.client.post(
            "/v1/auth/register",
            json={
                "email": self.email,
                "username": self.username,
                "password": self.password,
                "language": self.language,
            },
        )

    async def confirm(self, token: str | None = None, **more: str) -> httpx.Response:
        """Follow the link of the only mail, or that of `token`. It signs in."""
        body = {"token": token or await self.mailbox.token(), "password": self.password}
        response = await self.client.post("/v1/auth/verify-email", json=body | more)
        if response.is_success and more.get("session") != "cookie":
            self._keep(response)
        return response

    async def sign_in(self, login: str | None = None) -> httpx.Response:
        response = await self.client.post(
            "/v1/auth/login",
            json={"login": login or self.username, "password": self.password, "session": "body"},
        )
        if response.is_success:
            self._keep(response)
        return response

    def _keep(self, response: httpx.Response) -> None:
        tokens = response.json()
        self.access_token = tokens["access_token"]
        self.refresh_token = tokens["refresh_token"]

    @property
    def session_id(self) -> UUID:
        """Return the session's id, with which the refresh token begins."""
        return UUID(bytes=base64.urlsafe_b64decode(self.refresh_token)[:16])

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.access_token}"}

    async def request(self, method: str, path: str, **more: object) -> httpx.Response:
        headers = self.headers | more.pop("headers", {})  # type: ignore[operator]
        return await self.client.request(method, path, headers=headers, **more)  # type: ignore[arg-type]

    async def add_model(self, **over: object) -> str:
        body = {"name": "Me", "breasts": False, "measurements": {"chest": 1105, "neck": 420}}
        response = await self.request("POST", "/v1/models", json=body | over)
        assert response.status_code == 201, response.text
        model_id: str = response.json()["id"]
        return model_id


CreateMember = Callable[..., Awaitable[MemberClient]]
"""The fixture `create_member`: register, confirm and sign in a member."""
