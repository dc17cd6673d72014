import asyncio
import logging
import time
from dataclasses import dataclass
from datetime import datetime
from math import inf
from uuid import UUID

from dressform.db.errors import DatabaseError
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.policy.category import Category
from dressform.policy.operation_data import RETENTION_RUN, VISITOR
from dressform.repositories.expired_rows import BATCH, ExpiredRows
from dressform.repositories.purge_blocks import PurgeBlocks
from dressform.repositories.quarantine import Quarantine
from dressform.repositories.retention_runs import RetentionRuns
from dressform.worker.deletion_guard import DeletionGuard, PendingDeletion, is_guarded
from dressform.worker.partitions import drop_expired_partitions

log = logging.getLogger(__name__)

# What is due and locked is about to be saved by a login, or another rule is at it: for a moment.
WAIT_SECONDS = 0.1
MAX_WAITS = 20
MAX_ROWS_PER_SECOND = 2200
"""Rows: the processor belongs to those who read meanwhile, and nobody waits for an ending."""


@dataclass(frozen=True, slots=True)
class RunResult:
    """A rule enforced: how many rows ended, and how long it took."""

    rule: str
    rows: int
    seconds: float


async def enforce(
    category: Category,
    uows: UnitOfWorkFactory,
    *,
    now: datetime,
    scheduled_for: datetime,
    guard: DeletionGuard,
    max_seconds: float = inf,
) -> RunResult | None:
    """End everything of a category that is past its window at `at`.

    Once a slot over any number of workers: None when another has it. In batches, each its own
    transaction: whatever interrupts it loses nothing, and the next round goes on. So it does when
    no batch begins any more because `max_seconds` have passed. Raises Held, and DaysLocked when all but
    some days of the log ended. The caller has checked the clock.
    """
    started = time.monotonic()
    async with uows.transaction(now=now) as uow:
        run_id = await RetentionRuns(uow).claim(category.key, scheduled_for)
    if run_id is None:
        return None
    rows = await (
        drop_expired_partitions(uows, now)
        if category is VISITOR
        else _delete_rows(category, uows, now, guard, until=started + max_seconds)
    )
    seconds = time.monotonic() - started
    async with uows.transaction(now=now) as uow:
        await PurgeBlocks(uow).consume(category.key, rows)
        await RetentionRuns(uow).finish(run_id, rows=rows, seconds=seconds)
    if rows:
        log.info("%s: %d rows ended in %.2f s", category.key, rows, seconds)
    return RunResult(category.key, rows, seconds)


async def _delete_rows(
    category: Category,
    uows: UnitOfWorkFactory,
    now: datetime,
    guard: DeletionGuard,
    *,
    until: float,
) -> int:
    if is_guarded(category):
        due = await _count_due(category, uows, now)
        await guard.check_size(category.key, uows, now=now, due=due)
    rows = await _delete_batches(category, uows, now, until)
    if category is RETENTION_RUN:
        async with uows.transaction(now=now) as uow:
            rows += await Quarantine(uow).delete_expired()
    return rows


async def _count_due(category: Category, uows: UnitOfWorkFactory, now: datetime) -> PendingDeletion:
    uow = uows.read(now=now)
    rows = await ExpiredRows(uow, category).count_deletable()
    return PendingDeletion(rows, total=await ExpiredRows(uow, category).count() if rows else 0)


async def _delete_batches(
    category: Category, uows: UnitOfWorkFactory, now: datetime, until: float
) -> int:
    rows = waits = 0
    while True:
        began = time.monotonic()
        try:
            async with uows.transaction(now=now) as uow:
                ended = await ExpiredRows(uow, category).delete_batch()
        except DatabaseError:
            ended = await _delete_one_by_one(category, uows, now)
        rows += ended
        if ended < BATCH and (waits == MAX_WAITS or not await _is_any_expired(category, uows, now)):
            return rows
        if time.monotonic() >= until:
            log.info("%s: not all that is due has ended, the next round goes on", category.key)
            return rows
        await asyncio.sleep(BATCH / MAX_ROWS_PER_SECOND - (time.monotonic() - began))
        if not ended:
            waits += 1
            await asyncio.sleep(WAIT_SECONDS)


async def _is_any_expired(category: Category, uows: UnitOfWorkFactory, now: datetime) -> bool:
    uow = uows.read(now=now)
    return bool(await ExpiredRows(uow, category).list_ids(limit=1))


async def _delete_one_by_one(category: Category, uows: UnitOfWorkFactory, now: datetime) -> int:
    """A batch in which some row can't be ended: that one is set aside, the others end."""
    rows = 0
    uow = uows.read(now=now)
    due = await ExpiredRows(uow, category).list_ids()
    for row_id in due:
        rows += await _delete_one(category, uows, now, row_id)
    return rows


async def _delete_one(
    category: Category, uows: UnitOfWorkFactory, now: datetime, row_id: UUID
) -> int:
    try:
        async with uows.transaction(now=now) as uow:
            ended = await ExpiredRows(uow, category).delete_one(row_id)
            await Quarantine(uow).release(category.key, row_id)
            return ended
    except DatabaseError as error:
        # Not the text of the error: it may repeat what the row holds.
        log.error("%s: row %s is set aside (SQLSTATE %s)", category.key, row_id, error.sqlstate)  # noqa: TRY400
        async with uows.transaction(now=now) as uow:
            await Quarantine(uow).add(category.key, row_id, f"SQLSTATE {error.sqlstate}")
        return 0
