"""Enforcement of one rule: the deletion of a category's expired rows."""

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

# An expired row may be locked for a moment: by a login that renews it, or by another rule.
WAIT_SECONDS = 0.1
MAX_WAITS = 20
MAX_ROWS_PER_SECOND = 2200
"""Throttle of deletions, which leaves the CPU to requests."""


@dataclass(frozen=True, slots=True)
class RunResult:
    """The result of one rule: the number of deleted rows, and the duration."""

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
    """Delete all rows of a category whose retention period is over at `now`.

    Only one worker enforces a rule in a slot (`scheduled_for`); the others get None. Rows are
    deleted in batches, each in its own transaction, until `max_seconds` have passed; the next run
    goes on. Raise PurgeBlockedError, or PartitionsLockedError once all other partitions are
    dropped. The caller must have checked the clock.
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
        log.info("%s: %d rows deleted in %.2f s", category.key, rows, seconds)
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
            log.info("%s: expired rows are left, the next run goes on", category.key)
            return rows
        await asyncio.sleep(BATCH / MAX_ROWS_PER_SECOND - (time.monotonic() - began))
        if not ended:
            waits += 1
            await asyncio.sleep(WAIT_SECONDS)


async def _is_any_expired(category: Category, uows: UnitOfWorkFactory, now: datetime) -> bool:
    uow = uows.read(now=now)
    return bool(await ExpiredRows(uow, category).list_ids(limit=1))


async def _delete_one_by_one(category: Category, uows: UnitOfWorkFactory, now: datetime) -> int:
    """Delete a failed batch row by row; a row that can't be deleted is quarantined."""
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
        # Without the message of the error, which may repeat values of the row.
        log.error("%s: row %s is quarantined (SQLSTATE %s)", category.key, row_id, error.sqlstate)  # noqa: TRY400
        async with uows.transaction(now=now) as uow:
            await Quarantine(uow).add(category.key, row_id, f"SQLSTATE {error.sqlstate}")
        return 0
