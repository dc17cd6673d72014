"""An attacker with `psql`, who wants to know which address belongs to which member.

The access log has exact times and addresses, the members' tables have neither. What joins them: days
and weeks that are stored, the time within an id, the number of the transaction that wrote a row last
(`xmin`), and the order in which rows lie in their table (`ctid`). Each attack names one address for
a member, or none.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg

DAY = timedelta(days=1)

# Which request writes a row of the table, or dates it.
WRITES = {
    "account": ("POST", "/v1/auth/login", 200),
    "session": ("POST", "/v1/auth/login", 200),
    "account_key": ("POST", "/v1/auth/verify-email", 200),
    "profile": ("PATCH", "/v1/profiles/me", 200),
    "model": ("POST", "/v1/models", 201),
    "picture": ("PUT", "/v1/profiles/me/picture", 204),
}


@dataclass(frozen=True)
class Event:
    """A line of the access log."""

    at: datetime
    address: str


@dataclass
class Evidence:
    """All that the attacker reads: lines by the table that they write, and rows by table."""

    lines: dict[str, list[Event]]
    rows: dict[str, list[asyncpg.Record]]
    members: list[UUID] = field(default_factory=list)


async def read_all(raw: asyncpg.Connection) -> Evidence:
    lines = {}
    for table, (method, route, status) in WRITES.items():
        found = await raw.fetch(
            "SELECT at + duration_us * interval '1 microsecond' AS at, host(address) AS address "
            "FROM access_log WHERE method = $1 AND route = $2 AND status = $3 ORDER BY 1",
            *(method, route, status),
        )
        lines[table] = [Event(*row) for row in found]
    rows = {
        table: await raw.fetch(f"SELECT *, xmin::text::bigint AS written_by, ctid FROM {table}")
        for table in WRITES
    }
    return Evidence(lines, rows, [row["id"] for row in rows["account"]])


def member_of(table: str, row: asyncpg.Record) -> UUID:
    found: UUID = row["id"] if table == "account" else row["account_id"]
    return found


def by_exact_times(seen: Evidence) -> dict[UUID, str]:
    """Name the address of the only line within a second of any time that a row has."""
    named = {}
    for table, rows in seen.rows.items():
        for row in rows:
            for moment in _moments(row):
                near = {e.address for e in seen.lines[table] if abs(e.at - moment) < DAY / 86400}
                if len(near) == 1:
                    named[member_of(table, row)] = near.pop()
    return named


def _moments(row: asyncpg.Record) -> Iterable[datetime]:
    yield from (value for value in row.values() if isinstance(value, datetime))
    for value in row.values():
        if isinstance(value, UUID) and value.version == 7:
            yield datetime.fromtimestamp((value.int >> 80) / 1000, tz=UTC)


def by_order(seen: Evidence, column: str) -> dict[UUID, str]:
    """Lay the rows of a table, in the order of `xmin` or `ctid`, beside the last lines that wrote any."""
    votes: dict[UUID, list[str]] = defaultdict(list)
    for table, rows in seen.rows.items():
        ordered = sorted(rows, key=lambda row: row[column])
        for row, line in zip(reversed(ordered), reversed(seen.lines[table]), strict=False):
            votes[member_of(table, row)].append(line.address)
    return {member: max(set(found), key=found.count) for member, found in votes.items()}


def by_intersection(seen: Evidence) -> dict[UUID, set[str]]:
    """Keep the addresses that signed in in each day and month that is stored of a member."""
    candidates: dict[UUID, set[str]] = {}
    for member, spans in _spans(seen).items():
        logins = seen.lines["account"]
        sets = [{e.address for e in logins if first <= e.at < last} for first, last in spans]
        candidates[member] = set.intersection(*sets)
    return candidates


def _spans(seen: Evidence) -> Mapping[UUID, list[tuple[datetime, datetime]]]:
    spans: dict[UUID, list[tuple[datetime, datetime]]] = defaultdict(list)
    for row in seen.rows["account"]:
        spans[row["id"]].append((row["last_login_at"], row["last_login_at"] + DAY))
    for row in seen.rows["session"]:
        spans[row["account_id"]].append((row["month_of_login"], row["month_of_login"] + 31 * DAY))
    return spans


def right(named: Mapping[UUID, str], truth: Mapping[UUID, str]) -> int:
    return sum(truth[member] == address for member, address in named.items() if member in truth)


def expected_right(candidates: Mapping[UUID, set[str]], truth: Mapping[UUID, str]) -> float:
    """How many are found by who picks one of the candidates at random."""
    return sum(
        1 / len(found)
        for member, found in candidates.items()
        if member in truth and truth[member] in found
    )


def only_one(candidates: Mapping[UUID, set[str]]) -> dict[UUID, str]:
    return {member: next(iter(found)) for member, found in candidates.items() if len(found) == 1}
