"""The partitions of the access log: create, detach and drop them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Self

from sqlalchemy import func, select, text

from dressform.db.advisory_locks import ACCESS_LOG_PARTITIONS
from dressform.db.unit_of_work import UnitOfWork
from dressform.policy.operation_data import VISITOR
from dressform.repositories.access_log import DISABLE_STATISTICS, SET_LOG_ROLE

_NAME = "access_log_%Y%m%d"
_MAX_EXACT_COUNT = 10_000
"""Up to this number rows are counted; larger numbers are estimated."""

# Detached partitions too: an interrupted deletion leaves them behind.
_ALL = text(
    "SELECT relname, inhrelid IS NOT NULL, coalesce(inhdetachpending, false) "
    "FROM pg_class LEFT JOIN pg_inherits ON inhrelid = oid AND inhparent = 'access_log'::regclass "
    "WHERE relkind = 'r' AND relname ~ '^access_log_[0-9]{8}$' AND relnamespace = "
    "(SELECT relnamespace FROM pg_class WHERE oid = 'access_log'::regclass)"
)


@dataclass(frozen=True, slots=True, order=True)
class Partition:
    """The partition of one day. Detached, it is an orphan table until it is dropped.

    `is_detach_pending`: a DETACH that was interrupted, and must be finished by FINALIZE.
    """

    day: date
    is_attached: bool
    is_detach_pending: bool

    @property
    def table(self) -> str:
        return self.day.strftime(_NAME)

    @property
    def expires_at(self) -> datetime:
        """Return when the earliest row that it can hold expires."""
        return VISITOR.period.expires_at(
            datetime(self.day.year, self.day.month, self.day.day, tzinfo=UTC)
        )


class AccessLogPartitions:
    """The partitions of the access log, one a day (UTC)."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    @classmethod
    async def assume_role(cls, uow: UnitOfWork) -> Self:
        """Assume the role that owns the log until the transaction ends."""
        await uow.connection.execute(SET_LOG_ROLE)
        return cls(uow)

    async def list_all(self) -> list[Partition]:
        """Return the partitions, oldest first, including orphans."""
        rows = await self._uow.connection.execute(_ALL)
        return sorted(
            Partition(datetime.strptime(name, _NAME).replace(tzinfo=UTC).date(), attached, pending)
            for name, attached, pending in rows
        )

    async def list_expired(self) -> list[Partition]:
        """Return the partitions whose rows have expired."""
        return [day for day in await self.list_all() if day.expires_at <= self._uow.now]

    async def ensure(self, days: set[date]) -> None:
        """Create the partitions of these days if they are missing, and attach orphans again."""
        await self._lock()
        present = {day.day: day for day in await self.list_all()}
        for day in sorted(days):
            name, end = day.strftime(_NAME), day + timedelta(days=1)
            bounds = f"FOR VALUES FROM ('{day} 00:00+00') TO ('{end} 00:00+00')"
            if day not in present:
                await self._execute(f"CREATE TABLE {name} PARTITION OF access_log {bounds}")
                await self._execute(f"ALTER TABLE {name} {DISABLE_STATISTICS}")
            elif not present[day].is_attached:
                await self._execute(f"ALTER TABLE access_log ATTACH PARTITION {name} {bounds}")

    async def detach(self, day: Partition) -> None:
        """Detach a partition, so that its rows are found no more.

        Raise DatabaseError when the log is locked for too long.
        """
        await self._lock()
        if day not in await self.list_all():
            return  # Another worker has detached it.
        how = " FINALIZE" if day.is_detach_pending else ""
        await self._execute(f"ALTER TABLE access_log DETACH PARTITION {day.table}{how}")

    async def drop(self, day: Partition) -> int:
        """Drop a detached partition. Return the number of its rows, 0 when it is already gone.

        Large numbers are PostgreSQL's estimates: counting would take longer than dropping.
        """
        await self._lock()
        if day.day not in {found.day for found in await self.list_all()}:
            return 0
        rows = await self._count_rows(day)
        await self._execute(f"DROP TABLE {day.table}")
        return rows

    async def _count_rows(self, day: Partition) -> int:
        few = text(
            f"SELECT count(*) FROM (SELECT FROM {day.table} LIMIT {_MAX_EXACT_COUNT}) AS found"  # noqa: S608  # nosec B608  # a date
        )
        counted = int((await self._uow.connection.execute(few)).scalar_one())
        if counted < _MAX_EXACT_COUNT:
            return counted
        many = text(f"SELECT pg_stat_get_live_tuples('{day.table}'::regclass)")
        return max(counted, int((await self._uow.connection.execute(many)).scalar_one()))

    async def _execute(self, command: str) -> None:
        await self._uow.connection.execute(text(command))

    async def _lock(self) -> None:
        # Readers and writers queue behind a waiting ALTER TABLE; meanwhile lines stay in their spools.
        await self._uow.connection.execute(text("SET LOCAL lock_timeout = '2s'"))
        await self._uow.connection.execute(
            select(func.pg_advisory_xact_lock(*ACCESS_LOG_PARTITIONS))
        )
