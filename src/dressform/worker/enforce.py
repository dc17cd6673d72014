import asyncio
import logging
import time
from dataclasses import dataclass
from datetime import datetime
from math import inf
from uuid import UUID

from dressform.db.errors import DatabaseError
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.policy.notice import ROUND, VISITOR, Category
from dressform.repositories.expired_rows import BATCH, Endings
from dressform.repositories.purge_blocks import Holds
from dressform.repositories.quarantine import SetAside
from dressform.repositories.retention_runs import Retention
from dressform.worker.deletion_guard import Breaker, Due, limits
from dressform.worker.partitions import end_days

log = logging.getLogger(__name__)

# What is due and locked is about to be saved by a login, or another rule is at it: for a moment.
WAIT_SECONDS = 0.1
MOST_WAITS = 20
MOST_A_SECOND = 2200
"""Rows: the processor belongs to those who read meanwhile, and nobody waits for an ending."""


@dataclass(frozen=True, slots=True)
class Report:
    """A rule enforced: how many rows ended, and how long it took."""

    rule: str
    rows: int
    seconds: float


async def enforce(
    category: Category,
    units: UnitOfWorkFactory,
    *,
    at: datetime,
    slot: datetime,
    breaker: Breaker,
    max_seconds: float = inf,
) -> Report | None:
    """End everything of a category that is past its window at `at`.

    Once a slot over any number of workers: None when another has it. In batches, each its own
    transaction: whatever interrupts it loses nothing, and the next round goes on. So it does when
    no batch begins any more because `max_seconds` have passed. Raises Held, and DaysLocked when all but
    some days of the log ended. The caller has checked the clock.
    """
    started = time.monotonic()
    async with units.writing(at=at) as unit:
        run_id = await Retention(unit).claim(category.key, slot)
    if run_id is None:
        return None
    rows = await (
        end_days(units, at)
        if category is VISITOR
        else _end_rows(category, units, at, breaker, until=started + max_seconds)
    )
    seconds = time.monotonic() - started
    async with units.writing(at=at) as unit:
        await Holds(unit).spend(category.key, rows)
        await Retention(unit).finish(run_id, rows=rows, seconds=seconds)
    if rows:
        log.info("%s: %d rows ended in %.2f s", category.key, rows, seconds)
    return Report(category.key, rows, seconds)


async def _end_rows(
    category: Category, units: UnitOfWorkFactory, at: datetime, breaker: Breaker, *, until: float
) -> int:
    if limits(category):
        due = await _count_due(category, units, at)
        await breaker.check_size(category.key, units, at=at, due=due)
    rows = await _end_batches(category, units, at, until)
    if category is ROUND:
        async with units.writing(at=at) as unit:
            rows += await SetAside(unit).end_due()
    return rows


async def _count_due(category: Category, units: UnitOfWorkFactory, at: datetime) -> Due:
    unit = units.read(at=at)
    rows = await Endings(unit, category).count_due()
    return Due(rows, of=await Endings(unit, category).count() if rows else 0)


async def _end_batches(
    category: Category, units: UnitOfWorkFactory, at: datetime, until: float
) -> int:
    rows = waits = 0
    while True:
        began = time.monotonic()
        try:
            async with units.writing(at=at) as unit:
                ended = await Endings(unit, category).end_batch()
        except DatabaseError:
            ended = await _end_one_by_one(category, units, at)
        rows += ended
        if ended < BATCH and (waits == MOST_WAITS or not await _is_any_due(category, units, at)):
            return rows
        if time.monotonic() >= until:
            log.info("%s: not all that is due has ended, the next round goes on", category.key)
            return rows
        await asyncio.sleep(BATCH / MOST_A_SECOND - (time.monotonic() - began))
        if not ended:
            waits += 1
            await asyncio.sleep(WAIT_SECONDS)


async def _is_any_due(category: Category, units: UnitOfWorkFactory, at: datetime) -> bool:
    unit = units.read(at=at)
    return bool(await Endings(unit, category).some_due(limit=1))


async def _end_one_by_one(category: Category, units: UnitOfWorkFactory, at: datetime) -> int:
    """A batch in which some row can't be ended: that one is set aside, the others end."""
    rows = 0
    unit = units.read(at=at)
    due = await Endings(unit, category).some_due()
    for row_id in due:
        rows += await _end_one(category, units, at, row_id)
    return rows


async def _end_one(category: Category, units: UnitOfWorkFactory, at: datetime, row_id: UUID) -> int:
    try:
        async with units.writing(at=at) as unit:
            ended = await Endings(unit, category).end_one(row_id)
            await SetAside(unit).forget(category.key, row_id)
            return ended
    except DatabaseError as error:
        # Not the text of the error: it may repeat what the row holds.
        log.error("%s: row %s is set aside (SQLSTATE %s)", category.key, row_id, error.sqlstate)  # noqa: TRY400
        async with units.writing(at=at) as unit:
            await SetAside(unit).add(category.key, row_id, f"SQLSTATE {error.sqlstate}")
        return 0
