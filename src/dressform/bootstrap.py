"""Open what every process needs first: the database pool, the key rings and the journal."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from dressform.actions.check_journal import check_journal
from dressform.actions.load_secrets import load_secrets
from dressform.clock import Clock
from dressform.crypto.master_keys import load_master_keys
from dressform.crypto.signing_keys import SigningKey
from dressform.db import embedded
from dressform.db.errors import DatabaseError
from dressform.db.pool import Pool
from dressform.db.sqlstates import UNDEFINED_COLUMN, UNDEFINED_TABLE
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.errors import StartupError, Unavailable
from dressform.journal.journal import Journal
from dressform.logging import formatters as logs
from dressform.settings.loader import load_settings
from dressform.settings.settings import Settings

STATEMENT_SECONDS = 10.0
"""The timeout of one SQL statement, which the driver enforces (`command_timeout`)."""

_MISSING_SCHEMA_SQLSTATES = (UNDEFINED_TABLE, UNDEFINED_COLUMN)


def database_url(settings: Settings) -> str:
    """Return the URL of the database.

    Raise StartupError when none is set: only `dressform up` starts one.
    """
    if settings.database_url is None:
        raise StartupError(
            "DRESSFORM_DATABASE_URL is not set. Set it, or use `dressform up`, which brings its "
            "own PostgreSQL."
        )
    return settings.database_url.get_secret_value()


def create_pool(settings: Settings, *, statement_seconds: float = STATEMENT_SECONDS) -> Pool:
    """Return a connection pool for the database of the settings.

    Raise StartupError when none is set.
    """
    return Pool(
        database_url(settings),
        size=settings.database_pool_size,
        behind_pgbouncer=settings.database_behind_pgbouncer,
        statement_seconds=statement_seconds,
    )


@asynccontextmanager
async def bootstrap(
    settings: Settings,
    clock: Clock | None = None,
    *,
    statement_seconds: float = STATEMENT_SECONDS,
    skip_journal_check: bool = False,
) -> AsyncIterator[tuple[UnitOfWorkFactory, list[SigningKey]]]:
    """Yield the unit-of-work factory and the signing keys.

    Raise StartupError for a database that can't be used. With `skip_journal_check` a database is
    accepted that lacks deletions of the journal, as after a restore from a backup.
    """
    pool, clock = (
        create_pool(settings, statement_seconds=statement_seconds),
        clock or settings.clock,
    )
    try:
        with _translate_startup_errors():
            keyrings, signing = await load_secrets(pool, load_master_keys(settings), clock)
        journal = Journal(
            settings.state_dir / "deletions", keyrings.journal, retention=settings.backup_retention
        )
        uows = UnitOfWorkFactory(pool, keyrings, clock, journal)
        if not skip_journal_check:
            with _translate_startup_errors():
                await check_journal(uows)
        yield uows, signing
    finally:
        await pool.close()


async def run_migrations(settings: Settings) -> None:
    """Upgrade the database to the tables of this version. Raise StartupError if that fails."""
    from dressform.db.migrate import migrate  # Imports Alembic, which nothing else needs.

    with _translate_startup_errors():
        await migrate(database_url(settings))


@contextmanager
def _translate_startup_errors() -> Iterator[None]:
    """Translate errors of the database into a StartupError that says what to do."""
    try:
        yield
    except Unavailable as error:
        cause = error.__cause__
        raise StartupError(
            f"The database can't be reached ({cause or type(cause).__name__}): check "
            "DRESSFORM_DATABASE_URL, or whether it is running."
        ) from None
    except DatabaseError as error:
        if error.sqlstate in _MISSING_SCHEMA_SQLSTATES:
            raise StartupError(
                "The database has no tables of this version: run `dressform migrate` first."
            ) from None
        raise StartupError(
            f"The database refuses ({error.__cause__}): check DRESSFORM_DATABASE_URL."
        ) from None


def require_embedded_database(settings: Settings) -> None:
    """Raise StartupError when the state folder has no database: only `dressform up` creates one."""
    if not (settings.state_dir / "postgres").exists():
        raise StartupError(
            f"There is no database under {settings.state_dir.absolute()}: run `dressform up` "
            "first, or set DRESSFORM_STATE_DIR or DRESSFORM_DATABASE_URL."
        )


@contextmanager
def resolved_settings() -> Iterator[Settings]:
    """Yield the settings, with the URL of the embedded database when no other is set."""
    loaded = load_settings()
    logs.configure(loaded.log_level, loaded.log_format)
    if loaded.database_url is not None:
        yield loaded
        return
    require_embedded_database(loaded)
    with embedded.attach_or_start(loaded.state_dir) as server:
        os.environ["DRESSFORM_DATABASE_URL"] = server.url()  # For child processes of this one.
        yield load_settings()
