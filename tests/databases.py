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
async def own_database(settings: Settings) -> AsyncIterator[Settings]:
    """An empty one, dropped at the end; the settings with its URL."""
    assert settings.database_url is not None
    url = settings.database_url.get_secret_value()
    name = f"dressform_own_{uuid.uuid4().hex[:12]}"
    admin = as_superuser(url)
    await _command(admin, f"CREATE DATABASE {name} OWNER {urlsplit(url).username}")
    try:
        own = urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
        yield settings.model_copy(update={"database_url": type(settings.database_url)(own)})
    finally:
        await _command(admin, f"DROP DATABASE {name} WITH (FORCE)")


async def _command(url: str, command: str) -> None:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        await connection.execute(command)
    finally:
        await connection.close()
