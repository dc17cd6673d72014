"""What every process of ours opens first: the database and the vault."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine

from dressform.actions.open_vault import open_vault
from dressform.crypto.tokens import SigningKey
from dressform.database import Units, connect
from dressform.errors import StartupError, Unavailable
from dressform.keys import master_keys
from dressform.settings import Settings


def engine_of(settings: Settings) -> AsyncEngine:
    """Raises StartupError when no database is set: only `dressform up` starts one."""
    if settings.database_url is None:
        raise StartupError(
            "DRESSFORM_DATABASE_URL is not set. Set it, or use `dressform up`, which brings its "
            "own PostgreSQL."
        )
    return connect(
        settings.database_url.get_secret_value(),
        pool_size=settings.database_pool_size,
        behind_pgbouncer=settings.database_behind_pgbouncer,
    )


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[tuple[Units, list[SigningKey]]]:
    """Units of work and the signing keys. Raises StartupError for a database that can't be used."""
    engine = engine_of(settings)
    try:
        try:
            vault, signing = await open_vault(engine, master_keys(settings), settings.clock)
        except Unavailable as error:
            raise StartupError(
                f"The database can't be reached ({error.__cause__}): check DRESSFORM_DATABASE_URL."
            ) from None
        except ProgrammingError:
            raise StartupError(
                "The database has no tables of this version: run `dressform migrate` first."
            ) from None
        yield Units(engine, vault, settings.clock), signing
    finally:
        await engine.dispose()
