"""Databases of a test's own, on the server that the other tests use."""

import os
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
from sqlalchemy import func, select

from dressform.db import connections
from dressform.db.connections import Transaction
from dressform.db.embedded.data import ROLE, SERVICE
from dressform.db.pool import Pool
from dressform.db.statements import Result, Statement
from dressform.db.tables import Base
from dressform.db.unit_of_work import TransactionalUnitOfWork, UnitOfWorkFactory
from dressform.settings.settings import Settings

BEHIND_PGBOUNCER = "TEST_BEHIND_PGBOUNCER" in os.environ

NEEDS_A_SESSION = pytest.mark.skipif(
    BEHIND_PGBOUNCER, reason="a pooler passes the state of a session on, or waits by itself"
)
"""Marks tests that use SET ROLE on a connection of their own, or keep a database from connecting."""

LOG_TABLES = {"access_log", "spool_offset"}
"""Only their own database role reads these."""
OTHER_TABLES = LOG_TABLES | {
    "service_secret",
    "former_username",
    "imported_account",
    "retention_run",
    "purge_block",
    "quarantined_row",
    "audit_log_entry",
    "operator",
    "dataset_draw",
    "dataset_edition",
    "dataset_file",
    "deletion_mark",
    "mail_count",
    "mail_outage",
    "attempt_count",
}
ACCOUNT_TABLES = {
    "account",
    "account_key",
    "avatar",
    "confirmed_link",
    "dataset_consent",
    "dataset_consent_act",
    "mail",
    "model",
    "one_time_token",
    "picture",
    "profile",
    "session",
}


def as_superuser(url: str) -> str:
    """Return the superuser's URL of the embedded server; that of another server is unchanged."""
    return url.replace(f"://{SERVICE}@", f"://{ROLE}@")


@asynccontextmanager
async def isolated_database(
    settings: Settings, *, template: str = "template1"
) -> AsyncIterator[Settings]:
    """Create an empty database from the template, yield settings with its URL, and drop it."""
    assert settings.database_url is not None
    url = settings.database_url.get_secret_value()
    name = f"dressform_own_{uuid.uuid4().hex[:12]}"
    await create_database(url, name, template=template)
    try:
        yield settings.model_copy(
            update={"database_url": type(settings.database_url)(url_of_database(url, name))}
        )
    finally:
        await drop_database(url, name, force=True)


@asynccontextmanager
async def transaction(settings: Settings) -> AsyncIterator[Transaction]:
    """Open one transaction on a separate connection, as the service's user."""
    assert settings.database_url is not None
    own = Pool(settings.database_url.get_secret_value())
    try:
        async with Transaction.begin(own) as begun:
            yield begun
    finally:
        await own.close()


@asynccontextmanager
async def rolled_back(uows: UnitOfWorkFactory) -> AsyncIterator[TransactionalUnitOfWork]:
    """Open a unit of work and roll it back."""
    with suppress(_RolledBack):
        async with uows.transaction() as uow:
            yield uow
            raise _RolledBack


class _RolledBack(Exception):
    pass


@contextmanager
def watch_statements(
    before: Callable[[str, list[Any]], None], after: Callable[[], None] = lambda: None
) -> Iterator[None]:
    """Call `before` with each statement and its arguments that is executed, and `after` behind it."""
    real = connections._run

    async def run(driver: Any, statement: Statement, values: Mapping[str, Any]) -> Result:
        before(statement.sql, statement.arguments(values))
        result = await real(driver, statement, values)
        after()
        return result

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connections, "_run", run)
        yield


def url_of_database(url: str, name: str) -> str:
    """Return the URL of another database of the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


async def create_database(url: str, name: str, *, template: str = "template1") -> None:
    """Create a database on the server of `url`, with the same owner."""
    owner = f" OWNER {SERVICE}" if as_superuser(url) != url else ""
    # A pooler such as pgbouncer keeps connections open, and a database in use is no template.
    await _command(
        url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        f"WHERE datname = '{template}' AND pid <> pg_backend_pid()",
    )
    await _command(url, f"CREATE DATABASE {name}{owner} TEMPLATE {template}")


async def drop_database(url: str, name: str, *, force: bool = False) -> None:
    """Drop a database; with `force`, or behind a pooler, also while clients are connected."""
    force = force or BEHIND_PGBOUNCER
    await _command(url, f"DROP DATABASE IF EXISTS {name}{' WITH (FORCE)' if force else ''}")


async def _command(url: str, command: str) -> None:
    connection = await asyncpg.connect(as_superuser(url).replace("+asyncpg", ""))
    try:
        await connection.execute(command)
    finally:
        await connection.close()


async def count_rows(uows: UnitOfWorkFactory, table: type) -> int:
    """Return the number of rows of a mapped table."""
    uow = uows.read()
    return int(await uow.connection.scalar(select(func.count()).select_from(table)))


async def count_all_rows(uows: UnitOfWorkFactory) -> dict[str, int]:
    """Return the number of rows of each table that has any."""
    found = {}
    uow = uows.read()
    for table in Base.metadata.sorted_tables:
        if table.name in LOG_TABLES:
            continue
        query = select(func.count()).select_from(table)
        found[table.name] = (await uow.connection.execute(query)).scalar_one()
    return {name: number for name, number in found.items() if number}
