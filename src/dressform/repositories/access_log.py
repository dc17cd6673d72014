from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import asyncpg
from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert

from dressform.database import Unit
from dressform.policy import VISITOR
from dressform.tables import AccessLog as Row
from dressform.tables import SpoolMark
from dressform.windows import end_in_sql

COLUMNS = ("at", "address", "method", "route", "status", "duration_us", "request_id")
"""The fields of a line of the spool, in the text format of COPY."""

_PARTITION = "access_log_%Y%m%d"
_WINDOW_END = end_in_sql(VISITOR.window, VISITOR.since)


class AccessLog:
    """The visitors' addresses. Everything that touches them is here."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    async def shipped_of(self, spool: str) -> int:
        """Up to which byte the spool is in the log; locked until the transaction ends."""
        mark = select(SpoolMark.shipped).where(SpoolMark.spool == spool).with_for_update()
        return (await self._unit.connection.execute(mark)).scalar_one_or_none() or 0

    async def copy(self, spool: str, lines: bytes, *, shipped: int) -> None:
        """Whole lines, and how far the spool is shipped with them: both or neither.

        Raises PartitionMissingError when a line's day has no partition yet.
        """
        raw = await self._unit.connection.get_raw_connection()
        connection: asyncpg.Connection = raw.driver_connection
        try:
            await connection.copy_to_table(
                Row.__tablename__, source=_chunks(lines), columns=COLUMNS, format="text"
            )
        except asyncpg.CheckViolationError:
            raise PartitionMissingError(_days_of(lines)) from None
        mark = insert(SpoolMark).values(spool=spool, shipped=shipped)
        await self._unit.connection.execute(
            mark.on_conflict_do_update(index_elements=["spool"], set_={"shipped": shipped})
        )

    async def forget_spool(self, spool: str) -> None:
        await self._unit.connection.execute(delete(SpoolMark).where(SpoolMark.spool == spool))

    async def make_partitions(self, days: set[date]) -> None:
        """One a day; those that are there already stay as they are."""
        await self._unit.connection.execute(select(func.pg_advisory_xact_lock(*_MAKING)))
        for day in sorted(days - set(await self.partitions())):
            name, end = day.strftime(_PARTITION), day + timedelta(days=1)
            await self._unit.connection.execute(
                text(
                    f"CREATE TABLE {name} PARTITION OF access_log "
                    f"FOR VALUES FROM ('{day} 00:00+00') TO ('{end} 00:00+00')"
                )
            )

    async def partitions(self) -> list[date]:
        """The days that have a partition, oldest first."""
        names = await self._unit.connection.execute(
            text(
                "SELECT child.relname FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid "
                "WHERE inhparent = 'access_log'::regclass"
            )
        )
        days = [datetime.strptime(name, _PARTITION).replace(tzinfo=UTC) for (name,) in names]
        return sorted(day.date() for day in days)

    async def drop_due(self) -> int:
        """Drop each day whose first row may be due; gives the number of rows that went."""
        # Of several workers one drops, and none makes meanwhile: the others find nothing left.
        await self._unit.connection.execute(select(func.pg_advisory_xact_lock(*_MAKING)))
        await self._unit.connection.execute(text("SET LOCAL lock_timeout = '3s'"))
        rows = 0
        for day in await self.partitions():
            if _due_at(day) <= self._unit.at:
                rows += await self._drop(day.strftime(_PARTITION))
        return rows

    async def oldest(self) -> datetime | None:
        """The oldest address that may still be read."""
        alive = text(f"SELECT min(at) FROM access_log WHERE {_WINDOW_END} > :at")  # noqa: S608
        oldest: datetime | None = await self._unit.connection.scalar(alive, {"at": self._unit.at})
        return oldest

    async def _drop(self, name: str) -> int:
        counted = await self._unit.connection.execute(text(f"SELECT count(*) FROM {name}"))  # noqa: S608  a day
        await self._unit.connection.execute(text(f"DROP TABLE {name}"))
        return int(counted.scalar_one())


class PartitionMissingError(Exception):
    """Some of these days have no partition."""

    def __init__(self, days: set[date]) -> None:
        super().__init__()
        self.days = days


_MAKING = (0x44F0, 1)
"""The advisory lock under which partitions are made."""


def _days_of(lines: bytes) -> set[date]:
    """The days of the spool's lines, each of which begins with its time in ISO 8601 and UTC."""
    return {date.fromisoformat(line[:10].decode()) for line in lines.splitlines()}


def _due_at(day: date) -> datetime:
    return VISITOR.window.after(datetime(day.year, day.month, day.day, tzinfo=UTC))


async def _chunks(lines: bytes) -> AsyncIterator[bytes]:
    yield lines
