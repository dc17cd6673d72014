"""The access log: search it, and copy spooled lines into it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Any, Self
from uuid import UUID

from sqlalchemy import Select, bindparam, delete, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from dressform.db.errors import ConstraintError, DatabaseError, StatementTimeout
from dressform.db.sqlstates import DATA_EXCEPTION_CLASS
from dressform.db.statements import Statement
from dressform.db.tables.access_log import AccessLog as Row
from dressform.db.tables.access_log import SpoolOffset
from dressform.db.tables.base import has_statistics
from dressform.db.unit_of_work import TransactionalUnitOfWork
from dressform.errors import FieldError, SearchTooBroad
from dressform.policy.operation_data import VISITOR
from dressform.policy.periods import expiry_sql

COLUMNS = ("at", "address", "method", "route", "status", "duration_us", "request_id")
"""The fields of a line of the spool, in the text format of COPY."""

SET_LOG_ROLE = Statement(text("SET LOCAL ROLE dressform_log"))

DISABLE_STATISTICS = ", ".join(
    f"ALTER COLUMN {column.name} SET STATISTICS 0"
    for column in Row.__table__.columns
    if not has_statistics(column)
)
"""The ALTER TABLE actions for a new partition, which does not inherit the statistics targets."""

ID_CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far the clock of a request id may differ from that of its row in the fast search."""

# A generic plan misestimates how many rows the values match, and takes three times as long.
_SETTINGS = Statement(
    text(
        "SELECT set_config('statement_timeout', '8s', true), "
        "set_config('plan_cache_mode', 'force_custom_plan', true)"
    )
)

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

_NEW_OFFSET = insert(SpoolOffset).values(shipped=0)
# Insert the row before the first block too: the commit of a dead process may still be in progress.
_LOCK_OFFSET = Statement(
    _NEW_OFFSET.on_conflict_do_update(
        index_elements=["spool"], set_={"shipped": SpoolOffset.shipped}
    ).returning(SpoolOffset.shipped),
    "spool",
    "shipped",
)
_SET_OFFSET = Statement(update(SpoolOffset).where(SpoolOffset.spool == bindparam("id")), "shipped")


class AccessLogEntries:
    """The rows of the access log, which hold the visitors' IP addresses.

    They belong to the database role `dressform_log`, which the service must assume to read them.
    After that the transaction can access no other table.
    """

    def __init__(self, uow: TransactionalUnitOfWork) -> None:
        self._uow = uow

    @classmethod
    async def assume_role(cls, uow: TransactionalUnitOfWork) -> Self:
        """Assume the role of the access log until the transaction ends."""
        await uow.connection.execute(SET_LOG_ROLE)
        return cls(uow)

    async def search(
        self, criteria: AccessLogFilter, *, limit: int, before: PageKey | None = None
    ) -> list[AccessLogEntry]:
        """Return the latest matching rows, before the key of a page if there is one.

        Raise SearchTooBroad when the search runs into its timeout. A UUIDv7 contains its time: a
        request id is searched around that time first, then everywhere.
        """
        await self._uow.connection.execute(_SETTINGS)
        query = self._build_query(criteria, before).limit(limit)
        near = _id_time_range(criteria.request_id)
        found = await self._fetch(query.where(Row.at.between(*near))) if near else []
        return found or await self._fetch(query)

    def _build_query(
        self, criteria: AccessLogFilter, before: PageKey | None
    ) -> Select[*tuple[Any, ...]]:
        query = select(
            Row.at,
            Row.address,
            Row.method,
            Row.route,
            Row.status,
            Row.duration_us,
            Row.request_id,
        ).where(text(_IS_LIVE).bindparams(now=self._uow.now))
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

    async def _fetch(self, query: Select[*tuple[Any, ...]]) -> list[AccessLogEntry]:
        try:
            return [AccessLogEntry(*row) for row in await self._uow.connection.execute(query)]
        except StatementTimeout:
            raise SearchTooBroad(
                FieldError("query/since", "must be later, so that less is searched")
            ) from None

    async def lock_offset(self, spool: str) -> int:
        """Return the byte up to which the spool is in the log. Lock it for the transaction."""
        shipped: int = await self._uow.connection.scalar(_LOCK_OFFSET, {"spool": spool})
        return shipped

    async def copy(self, spool: str, lines: bytes, *, shipped: int) -> None:
        """Copy whole lines into the log, and set the offset of their spool.

        Raise PartitionMissingError when the day of a line has no partition, and ValueError for
        lines that the table refuses.
        """
        try:
            await self._uow.connection.copy(Row.__tablename__, lines, columns=COLUMNS)
        except ConstraintError:
            raise PartitionMissingError(_parse_days(lines)) from None
        except DatabaseError as error:
            if error.sqlstate.startswith(DATA_EXCEPTION_CLASS):
                raise ValueError from None  # The error's text would contain an address.
            raise
        await self._uow.connection.execute(_SET_OFFSET, {"id": spool, "shipped": shipped})

    async def delete_offset(self, spool: str) -> None:
        """Delete the offset of a spool."""
        await self._uow.connection.execute(delete(SpoolOffset).where(SpoolOffset.spool == spool))


@dataclass(eq=False)
class PartitionMissingError(Exception):
    """At least one of these days has no partition."""

    days: set[date]


def _id_time_range(request_id: UUID | None) -> tuple[datetime, datetime] | None:
    """Return a range around the time in a UUIDv7. None for other ids, and for impossible times."""
    if request_id is None or request_id.version != _UUID_WITH_TIME:
        return None
    try:
        created_at = datetime.fromtimestamp((request_id.int >> 80) / 1000, UTC)
        return created_at - ID_CLOCK_TOLERANCE, created_at + ID_CLOCK_TOLERANCE
    except (OverflowError, ValueError):
        return None


def _parse_days(lines: bytes) -> set[date]:
    """Return the days of the lines. Each line begins with its time in ISO 8601 and UTC."""
    return {date.fromisoformat(line[:10].decode()) for line in lines.splitlines()}
