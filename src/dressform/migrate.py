"""Bringing a database to the schema of this version, and telling whether it is there."""

from collections.abc import Callable
from functools import cache
from importlib.resources import files
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from dressform.database import connect, transaction
from dressform.errors import StartupError
from dressform.settings import Settings

_LOCK = 0x44F0_0003


def _folder() -> Path:
    """The migrations: inside an installed package, or at the top of a checkout."""
    packaged = Path(str(files("dressform") / "_migrations"))
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "migrations"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_folder()).replace("%", "%%"))
    return config


async def migrate(engine: AsyncEngine, revision: str = "head") -> None:
    """Up to `revision`, in one transaction; processes that start together wait for each other."""
    async with transaction(engine) as connection:
        await connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        await connection.execute(text("SET LOCAL lock_timeout = '10s'"))
        await connection.run_sync(_run, command.upgrade, revision)


async def downgrade(engine: AsyncEngine, revision: str) -> None:
    """Down to `revision`; what the newer tables held is gone."""
    async with transaction(engine) as connection:
        await connection.run_sync(_run, command.downgrade, revision)


def _run(connection: Connection, verb: Callable[[Config, str], None], revision: str) -> None:
    config = _config()
    config.attributes["connection"] = connection
    verb(config, revision)


async def is_current(connection: AsyncConnection) -> bool:
    """Whether the schema is the one that this version of the program works with."""
    present = await connection.run_sync(
        lambda sync: MigrationContext.configure(sync).get_current_heads()
    )
    return set(present) == newest()


@cache
def newest() -> frozenset[str]:
    """The revisions of this version. Finding them runs every migration's module: once is enough."""
    return frozenset(ScriptDirectory.from_config(_config()).get_heads())


async def on_own_connection(settings: Settings, run: Callable[[Connection], None]) -> None:
    """For the bare `alembic` command, which needs a database that is already running."""
    if settings.database_url is None:
        raise StartupError("Set DRESSFORM_DATABASE_URL for alembic, or use `dressform migrate`.")
    engine = connect(settings.database_url.get_secret_value())
    async with transaction(engine) as connection:
        await connection.run_sync(run)
    await engine.dispose()
