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
    uows: UnitOfWorkFactory,
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
    async with uows.transaction(now=at) as uow:
        run_id = await Retention(uow).claim(category.key, slot)
    if run_id is None:
        return None
    rows = await (
        end_days(uows, at)
        if category is VISITOR
        else _end_rows(category, uows, at, breaker, until=started + max_seconds)
    )
    seconds = time.monotonic() - started
    async with uows.transaction(now=at) as uow:
        await Holds(uow).spend(category.key, rows)
        await Retention(uow).finish(run_id, rows=rows, seconds=seconds)
    if rows:
        log.info("%s: %d rows ended in %.2f s", category.key, rows, seconds)
    return Report(category.key, rows, seconds)


async def _end_rows(
    category: Category, uows: UnitOfWorkFactory, at: datetime, breaker: Breaker, *, until: float
) -> int:
    if limits(category):
        due = await _count_due(category, uows, at)
        await breaker.check_size(category.key, uows, at=at, due=due)
    rows = await _end_batches(category, uows, at, until)
    if category is ROUND:
        async with uows.transaction(now=at) as uow:
            rows += await SetAside(uow).end_due()
    return rows


async def _count_due(category: Category, uows: UnitOfWorkFactory, at: datetime) -> Due:
    uow = uows.read(now=at)
    rows = await Endings(uow, category).count_due()
    return Due(rows, of=await Endings(uow, category).count() if rows else 0)


async def _end_batches(
    category: Category, uows: UnitOfWorkFactory, at: datetime, until: float
) -> int:
    rows = waits = 0
    while True:
        began = time.monotonic()
        try:
            async with uows.transaction(now=at) as uow:
                ended = await Endings(uow, category).end_batch()
        except DatabaseError:
            ended = await _end_one_by_one(category, uows, at)
        rows += ended
        if ended < BATCH and (waits == MOST_WAITS or not await _is_any_due(category, uows, at)):
            return rows
        if time.monotonic() >= until:
            log.info("%s: not all that is due has ended, the next round goes on", category.key)
            return rows
        await asyncio.sleep(BATCH / MOST_A_SECOND - (time.monotonic() - began))
        if not ended:
            waits += 1
            await asyncio.sleep(WAIT_SECONDS)


async def _is_any_due(category: Category, uows: UnitOfWorkFactory, at: datetime) -> bool:
    uow = uows.read(now=at)
    return bool(await Endings(uow, category).some_due(limit=1))


async def _end_one_by_one(category: Category, uows: UnitOfWorkFactory, at: datetime) -> int:
    """A batch in which some row can't be ended: that one is set aside, the others end."""
    rows = 0
    uow = uows.read(now=at)
    due = await Endings(uow, category).some_due()
    for row_id in due:
        rows += await _end_one(category, uows, at, row_id)
    return rows


async def _end_one(category: Category, uows: UnitOfWorkFactory, at: datetime, row_id: UUID) -> int:
    try:
        async with uows.transaction(now=at) as uow:
            ended = await Endings(uow, category).end_one(row_id)
            await SetAside(uow).forget(category.key, row_id)
            return ended
    except DatabaseError as error:
        # Not the text of the error: it may repeat what the row holds.
        log.error("%s: row %s is set aside (SQLSTATE %s)", category.key, row_id, error.sqlstate)  # noqa: TRY400
        async with uows.transaction(now=at) as uow:
            await SetAside(uow).add(category.key, row_id, f"SQLSTATE {error.sqlstate}")
        return 0
