"""Databases of a test's own, on the server that the other tests use."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from dressform.settings import Settings


@asynccontextmanager
async def own_database(settings: Settings) -> AsyncIterator[Settings]:
    """An empty one, dropped at the end; the settings with its URL."""
    assert settings.database_url is not None
    url = settings.database_url.get_secret_value()
    name = f"dressform_own_{uuid.uuid4().hex[:12]}"
    await _command(url, f"CREATE DATABASE {name}")
    try:
        own = urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
        yield settings.model_copy(update={"database_url": type(settings.database_url)(own)})
    finally:
        await _command(url, f"DROP DATABASE {name} WITH (FORCE)")


async def _command(url: str, command: str) -> None:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        await connection.execute(command)
    finally:
        await connection.close()
