"""What every process of ours opens first: the database and the vault."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine

from dressform import embedded, logs
from dressform.actions.open_vault import open_vault
from dressform.clock import Clock
from dressform.crypto.tokens import SigningKey
from dressform.database import Units, connect
from dressform.errors import StartupError, Unavailable
from dressform.keys import master_keys
from dressform.migrate import migrate
from dressform.settings import Settings, load


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
async def opened(
    settings: Settings, clock: Clock | None = None
) -> AsyncIterator[tuple[Units, list[SigningKey]]]:
    """Units of work and the signing keys. Raises StartupError for a database that can't be used."""
    engine, moment = engine_of(settings), clock or settings.clock
    try:
        try:
            vault, signing = await open_vault(engine, master_keys(settings), moment)
        except Unavailable as error:
            raise StartupError(
                f"The database can't be reached ({error.__cause__}): check DRESSFORM_DATABASE_URL."
            ) from None
        except ProgrammingError:
            raise StartupError(
                "The database has no tables of this version: run `dressform migrate` first."
            ) from None
        yield Units(engine, vault, moment), signing
    finally:
        await engine.dispose()


async def migrated(settings: Settings) -> None:
    """Bring the database to the tables of this version. Raises StartupError, Unavailable."""
    engine = engine_of(settings)
    try:
        await migrate(engine)
    finally:
        await engine.dispose()


@contextmanager
def settings_in_use() -> Iterator[Settings]:
    """The settings, with the embedded database's address when no other is set."""
    loaded = load()
    logs.configure(loaded.log_level)
    if loaded.database_url is not None:
        yield loaded
        return
    with embedded.attached(loaded.state_dir) as server:
        os.environ["DRESSFORM_DATABASE_URL"] = server.url()  # For this process's own children.
        yield load()
