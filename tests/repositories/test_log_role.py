"""Nobody reads the visitors' addresses by accident: their tables are of another database role."""

import re
from pathlib import Path

import asyncpg
import grimp
import pytest
from sqlalchemy import select, text

import dressform
from dressform.db.errors import DatabaseError
from dressform.db.tables import Account
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.repositories.access_log import AccessLogEntries
from tests.helpers.access_log import insert_entries, make_entry
from tests.helpers.databases import rolled_back

DENIED = "42501"
TABLES, REPOSITORY = "dressform.db.tables.access_log", "dressform.repositories.access_log"


@pytest.fixture
async def logged(uows: UnitOfWorkFactory) -> UnitOfWorkFactory:
    """With one address in the log, for a service that is nobody in particular."""
    uow = uows.read()
    asked = text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    if (await uow.connection.execute(asked)).scalar_one():
        pytest.skip("the tests were given a superuser, who may do everything")
    await insert_entries(uows, make_entry(uows.clock()))
    return uows


@pytest.mark.parametrize("table", ["access_log", "{day}", "spool_offset"])
@pytest.mark.parametrize(
    "command",
    [
        "SELECT * FROM {table}",
        "SELECT count(*) FROM {table}",
        "SELECT FROM {table} WHERE EXISTS (SELECT FROM {table})",
        "COPY {table} TO STDOUT",
        "INSERT INTO {table} SELECT * FROM {table}",
        "DELETE FROM {table}",
        "TRUNCATE {table}",
        "LOCK {table}",
        "GRANT SELECT ON {table} TO current_user",
        "ALTER TABLE {table} OWNER TO current_user",
        "CREATE TABLE copied AS SELECT * FROM {table}",
    ],
)
async def test_without_the_role_every_command_is_refused(
    logged: UnitOfWorkFactory, table: str, command: str
) -> None:
    said = command.format(table=table.format(day=f"access_log_{logged.clock():%Y%m%d}"))
    async with rolled_back(logged) as uow:
        await uow.connection.execute(text("SELECT 1"))  # In a transaction, should it go through.
        connection: asyncpg.Connection = uow.connection._driver

        with pytest.raises(asyncpg.InsufficientPrivilegeError) as raised:
            await connection.execute(said)

    assert re.match("permission denied|must be (able to SET ROLE|owner)", str(raised.value))


@pytest.mark.parametrize(
    "table", ["account", "account_key", "session", "operator", "audit_log_entry"]
)
async def test_with_the_role_there_is_nothing_but_the_log(
    logged: UnitOfWorkFactory, table: str
) -> None:
    async with rolled_back(logged) as uow:
        await AccessLogEntries.assume_role(uow)
        with pytest.raises(DatabaseError) as raised:
            await uow.connection.execute(text(f"SELECT * FROM {table}"))

    assert raised.value.sqlstate == DENIED


async def test_the_role_ends_with_its_transaction(logged: UnitOfWorkFactory) -> None:
    """On the same connection: one that was released last is taken first."""
    for _ in range(3):
        async with logged.transaction() as uow:
            await AccessLogEntries.assume_role(uow)
        reader = logged.read()
        assert (await reader.connection.execute(select(Account.id))).all() == []
        with pytest.raises(DatabaseError) as raised:
            await reader.connection.execute(text("SELECT * FROM access_log"))
        assert raised.value.sqlstate == DENIED


async def test_outside_of_a_transaction_the_role_cannot_be_taken(logged: UnitOfWorkFactory) -> None:
    uow = logged.read()
    opened = await AccessLogEntries.assume_role(uow)  # type: ignore[arg-type]
    with pytest.raises(DatabaseError) as raised:
        await opened.lock_offset("a spool")

    assert raised.value.sqlstate == DENIED


def test_nothing_but_its_repository_imports_the_table() -> None:
    graph = grimp.build_graph("dressform", cache_dir=None)

    query = f"{REPOSITORY}_query"
    assert graph.find_modules_that_directly_import(TABLES) == {REPOSITORY, query}
    assert graph.find_modules_that_directly_import(query) == {
        REPOSITORY,
        "dressform.actions.search_access_log",
    }
    assert graph.find_modules_that_directly_import(REPOSITORY) == {
        "dressform.actions.search_access_log",
        "dressform.access_log.copier",
        "dressform.repositories.access_log_partitions",
    }


def test_the_table_is_not_among_the_others() -> None:
    """Or the import above could be had by another name."""
    assert not {"AccessLog", "SpoolOffset"} & vars(dressform.db.tables).keys()


def test_nobody_else_names_the_role() -> None:
    source = Path(dressform.__file__).parent
    takers = {
        path.relative_to(source).as_posix()
        for path in source.rglob("*.py")
        if re.search(r"SET (LOCAL |SESSION )?ROLE|dressform_log\b", path.read_text())
    }

    # The audit must not believe the repository, and tells how old rows are, no address.
    assert takers - {"retention_audit/log.py"} == {
        "db/embedded/data.py",
        "repositories/access_log.py",
    }
