"""fastapi-users in a process of its own, with users who are signed in."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from dressform.db import embedded
from tests.bench.load import Request
from tests.bench.members import PASSWORD
from tests.bench.serving import Server, running_app
from tests.helpers.databases import create_database, url_of_database

PYTHON = Path(__file__).parents[3] / ".venv-peers" / "bin" / "python"
ME = "/users/me"


@dataclass(frozen=True, slots=True)
class Peer:
    """The server, and for each of its users the header by which they are known."""

    server: Server
    users: list[dict[str, str]]

    def reads(self, connections: int) -> list[list[Request]]:
        return [[Request("GET", ME, self._user(number))] for number in range(connections)]

    def changes(self, connections: int) -> list[list[Request]]:
        return [
            [
                Request.with_json("PATCH", ME, {"first_name": name}, self._user(number))
                for name in ("Ada", "Grace")
            ]
            for number in range(connections)
        ]

    def _user(self, number: int) -> dict[str, str]:
        return self.users[number % len(self.users)]


@contextmanager
def running_peer(database: embedded.Server, *, users: int) -> Iterator[Peer]:
    """Run it on a database of its own, on the server of the service's."""
    if not PYTHON.exists():
        sys.exit("fastapi-users is not installed for the bench: run `make .venv-peers/ready`.")
    asyncio.run(create_database(database.url(), "peer"))
    environment = {"PEER_DATABASE_URL": url_of_database(database.url(), "peer")}
    factory = "tests.bench.peers.app:create_app"
    with running_app(factory, environment, python=str(PYTHON)) as server:
        yield Peer(server, [_sign_in(server, f"user{each}@example.org") for each in range(users)])


def _sign_in(server: Server, email: str) -> dict[str, str]:
    with httpx.Client() as client:
        user = {"email": email, "password": PASSWORD}
        client.post(server.url("/auth/register"), json=user).raise_for_status()
        form = {"username": email, "password": PASSWORD}
        answer = client.post(server.url("/auth/jwt/login"), data=form).raise_for_status()
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}
