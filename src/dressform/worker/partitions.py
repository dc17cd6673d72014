"""Dropping of expired partitions of the access log, one per day."""

import asyncio
from datetime import datetime

from dressform.db.errors import DatabaseError
from dressform.db.sqlstates import LOCK_NOT_AVAILABLE
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.repositories.access_log_partitions import AccessLogPartitions, Partition

MAX_TRIES = 3
PAUSE_SECONDS = 1.0
"""Between two attempts, so that inserts get through that wait behind the lock request."""


class PartitionsLockedError(Exception):
    """Expired partitions that a long transaction locks; the others are dropped."""

    def __init__(self, days: list[Partition]) -> None:
        tables = ", ".join(day.table for day in days)
        super().__init__(
            f"visitor: {tables} could not be dropped, a long transaction holds it: end that "
            "(pg_stat_activity shows it); the next run tries again."
        )


async def drop_expired_partitions(uows: UnitOfWorkFactory, now: datetime) -> int:
    """Drop every partition whose first row may be expired. Return the number of deleted rows."""
    async with uows.transaction(now=now) as uow:
        due = await (await AccessLogPartitions.assume_role(uow)).list_expired()
    rows = {day: await _drop_partition(day, uows, now) for day in due}
    locked = [day for day, ended in rows.items() if ended is None]
    if locked:
        raise PartitionsLockedError(locked)
    return sum(ended or 0 for ended in rows.values())


async def _drop_partition(day: Partition, uows: UnitOfWorkFactory, now: datetime) -> int | None:
    """Detach and drop a partition. Return its row count, or None when it stays locked.

    DETACH locks the whole log, so it has its own transaction, which is short for any size.
    """
    for tried in range(1, MAX_TRIES + 1):
        try:
            if day.is_attached:
                async with uows.transaction(now=now) as uow:
                    await (await AccessLogPartitions.assume_role(uow)).detach(day)
            async with uows.transaction(now=now) as uow:
                return await (await AccessLogPartitions.assume_role(uow)).drop(day)
        except DatabaseError as error:
            if error.sqlstate != LOCK_NOT_AVAILABLE:
                raise
        if tried < MAX_TRIES:
            await asyncio.sleep(PAUSE_SECONDS)
    return None
