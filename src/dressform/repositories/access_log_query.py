"""A search of the access log: its criteria, its rows and its statement."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, text, tuple_

from dressform.db.tables.access_log import AccessLog as Row
from dressform.policy.operation_data import VISITOR
from dressform.policy.periods import expiry_sql

ID_CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far the clock of a request id may differ from that of its row in the fast search."""

# The first line is no plain comparison with `at`, so the planner could not prune partitions by it.
# The second line can: every row that the first accepts is later than its bound.
_IS_LIVE = f"""
{expiry_sql(VISITOR.period, VISITOR.clock_column_sql)} > CAST(:now AS timestamptz)
AND at > (CAST(:now AS timestamptz) AT TIME ZONE 'UTC' - INTERVAL '{VISITOR.period.interval}')
    AT TIME ZONE 'UTC'
"""

_UUID_WITH_TIME = 7


@dataclass(frozen=True, slots=True)
class AccessLogEntry:
    """A row of the access log."""

    at: datetime
    address: IPv4Address | IPv6Address
    method: str
    route: str
    status: int
    duration_us: int
    request_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessLogFilter:
    """The criteria of a search. None matches any value. `route` is a template, `until`
    exclusive.
    """

    request_id: UUID | None = None
    network: IPv4Network | IPv6Network | None = None
    route: str | None = None
    statuses: range | None = None
    since: datetime | None = None
    until: datetime | None = None


PageKey = tuple[datetime, UUID]
"""The key of a page: time and id of the last row before it."""


def build_query(
    criteria: AccessLogFilter, before: PageKey | None, now: datetime
) -> Select[*tuple[Any, ...]]:
    """Return the statement of a search: the latest rows first, before the key of a page."""
    query = select(
        Row.at,
        Row.address,
        Row.method,
        Row.route,
        Row.status,
        Row.duration_us,
        Row.request_id,
    ).where(text(_IS_LIVE).bindparams(now=now))
    if criteria.request_id is not None:
        query = query.where(Row.request_id == criteria.request_id)
    if criteria.network is not None:
        # INET sorts one address family after the other, so this range stays within one.
        ends = criteria.network.network_address, criteria.network.broadcast_address
        query = query.where(Row.address.between(*ends))
    if criteria.route is not None:
        query = query.where(Row.route == criteria.route)
    if criteria.statuses is not None:
        query = query.where(Row.status.between(criteria.statuses[0], criteria.statuses[-1]))
    if criteria.since is not None:
        query = query.where(Row.at >= criteria.since)
    if criteria.until is not None:
        query = query.where(Row.at < criteria.until)
    if before is not None:
        # The plain comparison with `at` lets the planner prune partitions.
        query = query.where(Row.at <= before[0], tuple_(Row.at, Row.request_id) < before)
    return query.order_by(Row.at.desc(), Row.request_id.desc())


def id_time_range(request_id: UUID | None) -> tuple[datetime, datetime] | None:
    """Return a range around the time in a UUIDv7. None for other ids, and for impossible times."""
    if request_id is None or request_id.version != _UUID_WITH_TIME:
        return None
    try:
        created_at = datetime.fromtimestamp((request_id.int >> 80) / 1000, UTC)
        return created_at - ID_CLOCK_TOLERANCE, created_at + ID_CLOCK_TOLERANCE
    except (OverflowError, ValueError):
        return None
