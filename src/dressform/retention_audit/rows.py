"""The audit's queries on tables, blocks, runs and mails."""

from datetime import datetime

from sqlalchemy import text

from dressform.db.connections import Connection
from dressform.retention_audit.audited_tables import AuditedTable
from dressform.retention_audit.rule_findings import (
    FUTURE_AFTER,
    TOLERANCE,
    KeptRows,
    MailStatus,
    PurgeBlock,
    RowCount,
)


async def count_rows(connection: Connection, table: AuditedTable, at: datetime) -> RowCount:
    # An account that waits for a notice counts as unwarned until its deadline is overdue.
    unwarned = f"{table.expiry_sql} <= :at AND {table.deadline_sql} > {table.expiry_sql} AND {table.deadline_sql} >= :promised"
    restricted = f"{table.period_end_sql} <= :at AND {table.expiry_sql} > :at"
    query = text(
        f"SELECT min({table.start_sql}), count(*) FILTER (WHERE {table.expiry_sql} <= :at), "  # noqa: S608  # nosec B608  # our names
        f"count(*) FILTER (WHERE {table.deadline_sql} < :promised), "
        f"count(*) FILTER (WHERE {table.start_sql} > :future), "
        f"count(*) FILTER (WHERE {unwarned}), min({table.expiry_sql}) FILTER (WHERE {unwarned}), "
        f"count(*) FILTER (WHERE {restricted}), "
        f"min({table.period_end_sql}) FILTER (WHERE {restricted}) FROM {table.from_sql}"
    )
    moments = {"at": at, "promised": at - TOLERANCE, "future": at + FUTURE_AFTER}
    oldest_at, past, overdue, future, *kept = await connection.fetch_one(query, moments)
    unwarned_rows, restricted_rows = KeptRows(*kept[:2]), KeptRows(*kept[2:])
    waiting = past - overdue - unwarned_rows.rows
    return RowCount(oldest_at, waiting, overdue, future, unwarned_rows, restricted_rows)


async def fetch_mail_status(connection: Connection) -> MailStatus:
    query = (
        "SELECT (SELECT min(began_at) FROM mail_outage), "
        "(SELECT count(*) FROM mail), (SELECT count(*) FROM mail WHERE failures > 0)"
    )
    return MailStatus(*await connection.fetch_one(text(query)))


async def list_last_runs(connection: Connection, at: datetime) -> dict[str, datetime]:
    """Return when each rule was last enforced to its end, without runs dated in the future."""
    query = "SELECT rule, max(finished_at) AS last FROM retention_run WHERE finished_at <= :at GROUP BY rule"
    found = await connection.execute(text(query), {"at": at})
    return {row.rule: row.last for row in found}


async def list_blocks(connection: Connection) -> dict[str, PurgeBlock]:
    query = "SELECT rule, reason, rows, blocked_at, approved_at FROM purge_block"
    return {rule: PurgeBlock(*block) for rule, *block in await connection.execute(text(query))}


async def count_quarantined(connection: Connection) -> dict[str, int]:
    query = "SELECT rule, count(*) AS rows FROM quarantined_row GROUP BY rule"
    return {row.rule: row.rows for row in await connection.execute(text(query))}
