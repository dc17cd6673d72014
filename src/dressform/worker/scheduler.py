"""The schedule of the worker: a retention run each interval, mail each second."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from dressform.actions.deliver_mails import discard_mails
from dressform.worker.tasks import WorkerTasks

DELIVERY_SECONDS = 1
SHUTDOWN_TIMEOUT_SECONDS = 6.0


@asynccontextmanager
async def run_scheduler(tasks: WorkerTasks) -> AsyncIterator[None]:
    """Run the worker's jobs at their intervals, from now until the block ends.

    Each courier has a job: one that waits for the mail server delays no other. A job that is running
    at the end has SHUTDOWN_TIMEOUT_SECONDS to finish, and is then cancelled: its transaction is
    rolled back, and the next worker repeats it.
    """
    running: set[asyncio.Task[Any]] = set()

    async def run(job: Callable[..., Awaitable[object]], *arguments: Any) -> None:
        task = asyncio.current_task()
        assert task is not None
        running.add(task)
        task.add_done_callback(running.discard)
        await job(*arguments)

    # Several missed runs are made up for by one (coalesce), however late (misfire_grace_time).
    defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=defaults)
    deliveries = [(tasks.run_in_background, tasks.deliver_as_courier)] * tasks.turns.couriers
    discarding = (tasks.run_in_background, discard_mails, tasks.uows)
    # The scheduler uses the real clock, also when DRESSFORM_CLOCK_AHEAD is set.
    start = datetime.now(UTC)
    trigger = IntervalTrigger(seconds=DELIVERY_SECONDS, timezone=UTC)
    for number, job in enumerate((discarding, *deliveries)):
        delay = timedelta(seconds=number * DELIVERY_SECONDS / (1 + len(deliveries)))
        scheduler.add_job(run, trigger, args=job, next_run_time=start + delay)
    trigger = IntervalTrigger(seconds=int(tasks.interval.total_seconds()), timezone=UTC)
    scheduler.add_job(run, trigger, args=[tasks.run_scheduled], next_run_time=start)
    scheduler.start()
    try:
        yield
    finally:
        scheduler.pause()
        if running:
            await asyncio.wait(running, timeout=SHUTDOWN_TIMEOUT_SECONDS)
        scheduler.shutdown(wait=False)
