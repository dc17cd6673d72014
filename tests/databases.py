"""Databases of a test's own, on the server that the other tests use."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from dressform.embedded.data import ROLE, SERVICE
from dressform.settings import Settings


def as_superuser(url: str) -> str:
    """Of the embedded server, where the service is nobody in particular; another's stays as it is."""
    return url.replace(f"://{SERVICE}@", f"://{ROLE}@")


@asynccontextmanager
async def own_database(
    settings: Settings, *, template: str = "template1"
) -> AsyncIterator[Settings]:
    """As the template is, which is empty, and dropped at the end; the settings with its URL."""
    assert settings.database_url is not None
    url = settings.database_url.get_secret_value()
    name = f"dressform_own_{uuid.uuid4().hex[:12]}"
    await create(url, name, template=template)
    try:
        yield settings.model_copy(
            update={"database_url": type(settings.database_url)(at(url, name))}
        )
    finally:
        await drop(url, name, force=True)


def at(url: str, name: str) -> str:
    """The URL of another database of the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


async def create(url: str, name: str, *, template: str = "template1") -> None:
    """Beside the database at `url`, and of the same owner."""
    owner = f" OWNER {SERVICE}" if as_superuser(url) != url else ""
    await _command(url, f"CREATE DATABASE {name}{owner} TEMPLATE {template}")


async def drop(url: str, name: str, *, force: bool = False) -> None:
    """By force also when somebody is connected."""
    await _command(url, f"DROP DATABASE IF EXISTS {name}{' WITH (FORCE)' if force else ''}")


async def _command(url: str, command: str) -> None:
    connection = await asyncpg.connect(as_superuser(url).replace("+asyncpg", ""))
    try:
        await connection.execute(command)
    finally:
        await connection.close()
