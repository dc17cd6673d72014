"""A mail server for one test."""

import asyncio
from collections.abc import Awaitable, Callable

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from tests.helpers.received_mail import ReceivedMail, read_mail


class FakeSmtpServer:
    """Keeps what it receives; what `verdict` says of a recipient is its answer."""

    def __init__(self) -> None:
        self.received: list[tuple[str, ReceivedMail]] = []
        self.verdict: Callable[[str], str] = lambda _: "250 OK"
        self.delay_seconds: Callable[[str], float] = lambda _: 0
        """How long it thinks about a recipient."""
        self.most_at_a_time = 0
        self._at_a_time = 0
        self.drops_connection = False
        """Takes a mail and leaves without a word."""
        self.takes_sender = True
        self.senders: list[str] = []
        self.replies: dict[str, str] = {}
        """Refusals by command: MAIL, RCPT, DATA, AUTH."""
        self.before_reply: Callable[[], Awaitable[None]] | None = None
        """What happens after it took a mail, and before it says so."""
        self.on_data: Callable[[], None] = lambda: None
        self.port = 0
        self._server: asyncio.Server | None = None

    async def handle_MAIL(  # noqa: N802  aiosmtpd's name
        self, _: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if not self.takes_sender:
            return "550 who are you"
        if "MAIL" in self.replies:
            return self.replies["MAIL"]
        self.senders.append(address)
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802  aiosmtpd's name
        self, _: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        self._at_a_time += 1
        self.most_at_a_time = max(self.most_at_a_time, self._at_a_time)
        await asyncio.sleep(self.delay_seconds(address))
        self._at_a_time -= 1
        verdict = self.replies.get("RCPT") or self.verdict(address)
        if verdict.startswith("250"):
            envelope.rcpt_tos.append(address)
        return verdict

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if "DATA" in self.replies:
            return self.replies["DATA"]
        assert isinstance(envelope.content, bytes)
        message = read_mail(envelope.content)
        (recipient,) = envelope.rcpt_tos
        self.received.append((recipient, message))
        self.on_data()
        if self.before_reply is not None:
            await self.before_reply()
        if self.drops_connection:
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        return "250 OK"

    def _authenticate(self, *_: object) -> AuthResult:
        refusal = self.replies.get("AUTH")
        return AuthResult(success=refusal is None, handled=False, message=refusal)

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: SMTP(
                self,
                loop=loop,
                hostname="post.example",
                auth_require_tls=False,
                authenticator=self._authenticate,
            ),
            "127.0.0.1",
            self.port,
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
