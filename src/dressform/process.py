"""What every process of ours opens first: the database and the vault."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from dressform import embedded, logs
from dressform.actions.check_journal import check_journal
from dressform.actions.open_vault import open_vault
from dressform.clock import Clock
from dressform.crypto.tokens import SigningKey
from dressform.database import Units, connect
from dressform.errors import StartupError, Unavailable
from dressform.journal.journal import Journal
from dressform.keys import master_keys
from dressform.settings import Settings, load

_NO_SUCH_TABLE = ("42P01", "42703")


def engine_of(settings: Settings, *, statement_seconds: float | None = 10) -> AsyncEngine:
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
        statement_seconds=statement_seconds,
    )


@asynccontextmanager
async def opened(
    settings: Settings,
    clock: Clock | None = None,
    *,
    may_be_older: bool = False,
) -> AsyncIterator[tuple[Units, list[SigningKey]]]:
    """Units of work and the signing keys. Raises StartupError for a database that can't be used.

    `may_be_older`: do not refuse a database that doesn't know of all that was deleted, as after a
    restore.
    """
    engine, moment = engine_of(settings), clock or settings.clock
    try:
        with _complaints_in_a_sentence():
            vault, signing = await open_vault(engine, master_keys(settings), moment)
        key = vault.index.derive_key("deletion journal")
        journal = Journal(
            settings.state_dir / "deletions", key, retention=settings.backup_retention
        )
        units = Units(engine, vault, moment, journal)
        if not may_be_older:
            with _complaints_in_a_sentence():
                await check_journal(units)
        try:
            yield units, signing
        finally:
            await units.at_hand.release()
    finally:
        await engine.dispose()


async def migrated(settings: Settings) -> None:
    """Bring the database to the tables of this version. Raises StartupError."""
    from dressform.migrate import migrate  # Nothing else needs Alembic.

    # A big table may take its time, and so may waiting for whoever migrates already.
    engine = engine_of(settings, statement_seconds=None)
    try:
        with _complaints_in_a_sentence():
            await migrate(engine)
    finally:
        await engine.dispose()


@contextmanager
def _complaints_in_a_sentence() -> Iterator[None]:
    """What a database says when it can't be used, for whoever starts a command."""
    try:
        yield
    except Unavailable as error:
        cause = error.__cause__
        raise StartupError(
            f"The database can't be reached ({cause or type(cause).__name__}): check "
            "DRESSFORM_DATABASE_URL, or whether it is running."
        ) from None
    except TypeError as error:
        # The driver's word for an option in the URL that it does not know.
        raise StartupError(f"Setting refused: DRESSFORM_DATABASE_URL: {error}.") from error
    except (DBAPIError, asyncpg.PostgresError) as error:
        said = getattr(error, "orig", error)
        if getattr(said, "sqlstate", None) in _NO_SUCH_TABLE:
            raise StartupError(
                "The database has no tables of this version: run `dressform migrate` first."
            ) from None
        raise StartupError(
            f"The database refuses ({said}): check DRESSFORM_DATABASE_URL."
        ) from None


def assert_has_database(settings: Settings) -> None:
    """Only `dressform up` makes one. Raises StartupError."""
    if not (settings.state_dir / "postgres").exists():
        raise StartupError(
            f"There is no database under {settings.state_dir.absolute()}: run `dressform up` "
            "first, or set DRESSFORM_STATE_DIR or DRESSFORM_DATABASE_URL."
        )


@contextmanager
def settings_in_use() -> Iterator[Settings]:
    """The settings, with the embedded database's address when no other is set."""
    loaded = load()
    logs.configure(loaded.log_level)
    if loaded.database_url is not None:
        yield loaded
        return
    assert_has_database(loaded)
    with embedded.attached(loaded.state_dir) as server:
        os.environ["DRESSFORM_DATABASE_URL"] = server.url()  # For this process's own children.
        yield load()
