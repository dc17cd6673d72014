"""The audit of the access log's partitions, with those that an interrupted drop has detached."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from dressform.db.connections import Connection
from dressform.db.errors import DatabaseError
from dressform.db.sqlstates import LOCK_NOT_AVAILABLE, UNDEFINED_TABLE
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.retention_audit.audited_tables import VISITOR, AuditedTable, add_interval_sql
from dressform.retention_audit.rows import count_rows
from dressform.retention_audit.rule_findings import RowCount

MAX_COUNTED = 1_000_000
"""The number of expired rows at which the audit stops: the verdict is certain by then."""

LOCK_TIMEOUT = "3s"
"""Longer than the worker's, which blocks readers while it waits for its lock."""


# `past`: the table may hold an expired row; `ahead`: one from the future. Both are true for a table
# without bounds.
_TABLES = text(f"""
    SELECT format('%I.%I', nspname, relname) AS name, orphaned,
           coalesce(orphaned OR {add_interval_sql("begins", VISITOR.period)} <= :at, true) AS past,
           coalesce(begins > :at, true) AS ahead,
           coalesce(pg_relation_size(oid) > 0, false) AS filled
    FROM (SELECT pg_class.oid, nspname, relname,
                 inhrelid IS NULL OR inhdetachpending AS orphaned,
                 substring(pg_get_expr(relpartbound, pg_class.oid) FROM 'FROM \\(''([^'']+)''\\)')
                     ::timestamptz AS begins
          FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
          LEFT JOIN pg_inherits ON inhrelid = pg_class.oid AND inhparent = 'access_log'::regclass
          WHERE relkind = 'r' AND (inhrelid IS NOT NULL OR relname ~ '^access_log_[0-9]{{8}}$')
            AND relnamespace = (SELECT relnamespace FROM pg_class
                                WHERE oid = 'access_log'::regclass)) AS tables
    ORDER BY begins NULLS FIRST, name
""")  # noqa: S608  # nosec B608  # our own expression


@dataclass(frozen=True, slots=True)
class LogTables:
    """The counts of all partitions. `unknown`: a lock timeout, so that the rows are unknown."""

    rows: RowCount
    orphans: int
    unknown: bool = False


async def audit_access_log(uows: UnitOfWorkFactory, at: datetime) -> LogTables:
    """Audit the partitions. A lock timeout is a result, not an error."""
    try:
        return await _audit_tables(uows, at)
    except DatabaseError as error:
        if error.sqlstate != LOCK_NOT_AVAILABLE:
            raise
        return LogTables(RowCount(), 0, unknown=True)


async def _audit_tables(uows: UnitOfWorkFactory, at: datetime) -> LogTables:
    """Audit each table in its own transaction, which keeps the locks short."""
    async with _as_log_role(uows) as connection:
        tables = await connection.fetch_all(_TABLES, {"at": at})
    rows, orphans = RowCount(), sum(table.orphaned for table in tables)
    is_oldest_known = False
    for table in tables:
        if table.filled and (table.past or table.ahead or not is_oldest_known):
            found = await _audit_table(uows, table.name, at)
            rows += found
            is_oldest_known |= not table.past and found.oldest_at is not None
        if rows.waiting + rows.overdue >= MAX_COUNTED:
            break
    return LogTables(rows, orphans)


async def _audit_table(uows: UnitOfWorkFactory, name: str, at: datetime) -> RowCount:
    table = AuditedTable(VISITOR.rule, name, VISITOR.start_sql, VISITOR.period)
    try:
        async with _as_log_role(uows) as connection:
            return await count_rows(connection, table, at)
    except DatabaseError as error:
        if error.sqlstate == UNDEFINED_TABLE:  # Dropped meanwhile.
            return RowCount()
        raise


@asynccontextmanager
async def _as_log_role(uows: UnitOfWorkFactory) -> AsyncIterator[Connection]:
    async with uows.transaction() as uow:
        await uow.connection.execute(text("SET TRANSACTION READ ONLY"))
        await uow.connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))
        await uow.connection.execute(text("SET LOCAL ROLE dressform_log"))
        yield uow.connection
