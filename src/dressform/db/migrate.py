"""Migrate a database to the schema of this version, and check its version."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cache, partial
from importlib.resources import files
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from dressform.db.advisory_locks import MIGRATIONS
from dressform.db.connections import Connection as Queries
from dressform.db.errors import DatabaseError, translated_errors
from dressform.db.pool import connect, for_sqlalchemy
from dressform.db.statements import Statement
from dressform.errors import StartupError
from dressform.settings.settings import Settings

_CURRENT_REVISIONS = Statement(text("SELECT version_num FROM alembic_version"))


def _script_location() -> Path:
    """Return the folder of the migrations: in an installed package, or in a checkout."""
    packaged = Path(str(files("dressform") / "_migrations"))
    return packaged if packaged.is_dir() else Path(__file__).parents[3] / "migrations"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_script_location()).replace("%", "%%"))
    return config


async def migrate(url: str, revision: str = "head") -> None:
    """Upgrade the schema to `revision` in one transaction.

    Processes that start at the same time wait for each other. Raise Unavailable and DatabaseError.
    """
    async with _transaction(url) as connection:
        await connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATIONS})"))
        await connection.execute(text("SET LOCAL lock_timeout = '10s'"))
        await connection.run_sync(_run_alembic, command.upgrade, revision)


async def downgrade(url: str, revision: str) -> None:
    """Downgrade the schema to `revision`. The data of newer tables is lost."""
    async with _transaction(url) as connection:
        await connection.run_sync(_run_alembic, command.downgrade, revision)


@asynccontextmanager
async def _transaction(url: str) -> AsyncIterator[AsyncConnection]:
    """Open one transaction on a connection of SQLAlchemy, which Alembic requires.

    Its statements have no timeout: a table may be large, or another process may be migrating.
    """
    # SQLAlchemy hands options of the URL over as arguments, of which asyncpg knows no `sslrootcert`.
    engine = create_async_engine(
        for_sqlalchemy(url),
        async_creator=partial(connect, url),
        poolclass=NullPool,
        hide_parameters=True,
    )
    try:
        with translated_errors():
            async with engine.begin() as connection:
                yield connection
    except DBAPIError as error:
        with translated_errors():
            raise (error.orig and error.orig.__cause__) or error from None
    finally:
        await engine.dispose()


def _run_alembic(
    connection: Connection, verb: Callable[[Config, str], None], revision: str
) -> None:
    config = _config()
    config.attributes["connection"] = connection
    verb(config, revision)


async def is_current(connection: Queries) -> bool:
    """Return whether the schema has the version that this program works with."""
    try:
        present = await connection.scalars(_CURRENT_REVISIONS)
    except DatabaseError:  # No such table.
        return False
    return set(present) == head_revisions()


@cache
def head_revisions() -> frozenset[str]:
    """Return the newest revisions. Cached, since Alembic imports every migration to find them."""
    return frozenset(ScriptDirectory.from_config(_config()).get_heads())


async def run_standalone(settings: Settings, run: Callable[[Connection], None]) -> None:
    """Run the bare `alembic` command on a database that is already running."""
    if settings.database_url is None:
        raise StartupError("Set DRESSFORM_DATABASE_URL for alembic, or use `dressform migrate`.")
    async with _transaction(settings.database_url.get_secret_value()) as connection:
        await connection.run_sync(run)
