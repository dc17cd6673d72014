import asyncio
import time
from dataclasses import dataclass
from datetime import datetime

from dressform.database import Units
from dressform.policy import VISITOR, Category
from dressform.repositories.access_log import AccessLog
from dressform.repositories.retention import Retention

# What is due and locked is about to be saved by a login, or another rule is at it: for a moment.
WAIT_SECONDS = 0.1
MOST_WAITS = 20


@dataclass(frozen=True, slots=True)
class Report:
    """A rule enforced: how many rows ended, and how long it took."""

    rule: str
    rows: int
    seconds: float


async def enforce(
    category: Category, units: Units, *, at: datetime, slot: datetime
) -> Report | None:
    """End everything of a category that is past its window at `at`.

    Once a slot over any number of workers: None when another has it. In batches, each its own
    transaction: whatever interrupts it loses nothing, and the next round goes on.
    """
    started = time.monotonic()
    async with units.writing(at=at) as unit:
        run_id = await Retention(unit).claim(category, slot)
    if run_id is None:
        return None
    rows = await _end(category, units, at)
    seconds = time.monotonic() - started
    async with units.writing() as unit:
        await Retention(unit).finish(run_id, rows=rows, seconds=seconds)
    return Report(category.key, rows, seconds)


async def _end(category: Category, units: Units, at: datetime) -> int:
    if category is VISITOR:
        async with units.writing(at=at) as unit:
            return await AccessLog(unit).drop_due()
    rows = waits = 0
    while True:
        async with units.writing(at=at) as unit:
            retention = Retention(unit)
            ended = await retention.end_batch(category)
            left = await retention.has_due(category)
        rows += ended
        if not left or waits == MOST_WAITS:
            return rows
        if not ended:
            waits += 1
            await asyncio.sleep(WAIT_SECONDS)
