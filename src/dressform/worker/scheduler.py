"""When what is done: one job a rule, the days ahead, and the mail."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from dressform.actions.deliver_mails import deliver_mails
from dressform.database import Units
from dressform.errors import Unavailable
from dressform.mail.compose import Composer
from dressform.mail.transport import Transport
from dressform.policy import CATEGORIES, Category
from dressform.repositories.access_log import AccessLog
from dressform.worker.enforce import Report, enforce

log = logging.getLogger(__name__)

MAIL_EVERY = timedelta(seconds=1)
DAYS_AHEAD = 3


@dataclass(frozen=True, slots=True)
class Duties:
    """What the worker does, each ready to be repeated at any time."""

    units: Units
    composer: Composer
    transport: Transport
    interval: timedelta

    async def enforce(self, category: Category) -> Report | None:
        """A rule, in the slot of this moment."""
        at = self.units.clock()
        report = await enforce(category, self.units, at=at, slot=_slot(at, self.interval))
        if report is not None and report.rows:
            log.info("%s: %d rows ended in %.2f s", report.rule, report.rows, report.seconds)
        return report

    async def make_days(self) -> None:
        """Partitions for the days to come, so that no request waits for one."""
        async with self.units.writing() as unit:
            today = unit.at.date()
            days = {today + timedelta(days=ahead) for ahead in range(DAYS_AHEAD + 1)}
            await AccessLog(unit).make_partitions(days)

    async def deliver(self) -> int:
        return await deliver_mails(self.units, self.composer, self.transport)

    async def round(self) -> list[Report]:
        """Everything once, now, whatever the slot."""
        await self.make_days()
        at = self.units.clock()
        reports = [await enforce(one, self.units, at=at, slot=at) for one in CATEGORIES]
        await self.deliver()
        return [report for report in reports if report is not None]


def schedule(duties: Duties) -> AsyncIOScheduler:
    """A scheduler that is not started yet. A late or missed tick is made up for once."""
    scheduler = AsyncIOScheduler(
        timezone=UTC,
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    for category in CATEGORIES:
        _every(scheduler, duties.interval, category.key, duties.enforce, category)
    _every(scheduler, duties.interval, "days ahead", duties.make_days)
    _every(scheduler, MAIL_EVERY, "mail delivery", duties.deliver)
    scheduler.add_listener(_failed, EVENT_JOB_ERROR)
    return scheduler


def _every(
    scheduler: AsyncIOScheduler,
    interval: timedelta,
    name: str,
    work: Callable[..., Awaitable[object]],
    *arguments: object,
) -> None:
    scheduler.add_job(
        work,
        IntervalTrigger(seconds=int(interval.total_seconds()), timezone=UTC),
        args=arguments,
        id=name,
        next_run_time=datetime.now(UTC),  # The scheduler lives on the real clock.
    )


def _failed(event: JobExecutionEvent) -> None:
    """What went wrong is asked of the data again at the next tick."""
    if isinstance(event.exception, Unavailable):
        log.warning("%s: the database is away", event.job_id)
        return
    log.error("%s failed", event.job_id, exc_info=event.exception)


def _slot(at: datetime, interval: timedelta) -> datetime:
    return at - timedelta(seconds=at.timestamp() % interval.total_seconds())
