"""When what is done: one job a rule, the days ahead, and the mail."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from dressform.actions.check_mail import check_mail
from dressform.actions.deliver_mails import deliver_mails
from dressform.actions.tidy_journal import tidy_journal
from dressform.actions.warn_of_ending import warn_of_ending
from dressform.db.units import Units
from dressform.errors import StartupError
from dressform.mail.compose import Composer
from dressform.mail.transport import Transport, delete_old_mails
from dressform.policy import CATEGORIES, Category
from dressform.repositories.log_days import LogDays
from dressform.worker.breaker import Breaker
from dressform.worker.complaints import Complaints
from dressform.worker.enforce import Report, enforce
from dressform.worker.rewrite import NAME as REWRITE
from dressform.worker.rewrite import rewrite_tables

log = logging.getLogger(__name__)

MAIL_EVERY = timedelta(seconds=1)
DAYS_AHEAD = 3
WARNINGS = "warnings"
JOURNAL = "deletion journal"
MAIL_CHECK = "mail check"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Duties:
    """What the worker does, each ready to be repeated at any time."""

    units: Units
    composer: Composer
    transport: Transport
    mail_folder: Path
    interval: timedelta
    breaker: Breaker

    async def enforce(self, category: Category) -> Report | None:
        """A rule, in the slot of this moment."""
        at = self.units.clock()
        slot = _slot(at, self.interval)
        report = await enforce(category, self.units, at=at, slot=slot, breaker=self.breaker)
        if report is not None and report.rows:
            log.info("%s: %d rows ended in %.2f s", report.rule, report.rows, report.seconds)
        return report

    async def make_days(self) -> None:
        """Partitions for the days to come, so that no request waits for one."""
        async with self.units.writing() as unit:
            today = unit.at.date()
            days = {today + timedelta(days=ahead) for ahead in range(DAYS_AHEAD + 1)}
            await (await LogDays.opened(unit)).make(days)

    async def warn(self) -> int:
        """Whose account ends soon. Raises Held: a clock that jumped must not alarm everybody."""
        await self.breaker.check_clock(self.units, at=self.units.clock())
        return await warn_of_ending(self.units)

    async def tidy_journal(self) -> int:
        return await tidy_journal(self.units)

    async def rewrite(self) -> int:
        """Rewrite the tables of members that were not rewritten today."""
        return await rewrite_tables(self.units, at=self.units.clock())

    async def deliver(self) -> int:
        return await deliver_mails(self.units, self.composer, self.transport)

    async def check_mail(self) -> None:
        """Whether the mail server takes mail; and delete files of mails that are past their window."""
        await check_mail(self.units, self.transport)
        at = self.units.clock()
        deleted = await asyncio.to_thread(delete_old_mails, self.mail_folder, at=at)
        if deleted:
            log.info("%d mails in %s were deleted", deleted, self.mail_folder)

    async def round(self) -> list[Report]:
        """Everything once, now, whatever the slot. Raises StartupError at the end if some failed."""
        await self.make_days()
        complaints = Complaints()
        done = [await _attempt(WARNINGS, self.warn(), complaints)]
        for one in CATEGORIES:
            at = (
                self.units.clock()
            )  # Not that of the first: they may take longer than clocks may differ.
            work = enforce(one, self.units, at=at, slot=at, breaker=self.breaker)
            done.append(await _attempt(one.key, work, complaints))
        done.append(await _attempt(JOURNAL, self.tidy_journal(), complaints))
        done.append(await _attempt(REWRITE, self.rewrite(), complaints))
        done.append(await _attempt("mail delivery", self.deliver(), complaints))
        done.append(await _attempt(MAIL_CHECK, self.check_mail(), complaints))
        failed = [outcome for outcome in done if isinstance(outcome, _Failed)]
        if failed:
            names = ", ".join(outcome.name for outcome in failed)
            raise StartupError(f"Not everything was done: {names} failed, the log above says why.")
        return [outcome for outcome in done if isinstance(outcome, Report)]


@dataclass(frozen=True, slots=True)
class _Failed:
    name: str


async def _attempt(name: str, work: Awaitable[object], complaints: Complaints) -> object:
    """What one duty runs into must not keep the others from being done."""
    try:
        return await work
    except Exception as error:  # noqa: BLE001
        complaints.about(name, error)
        return _Failed(name)


class Running:
    """The work that is going on, so that the end can wait for it."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def noted(self, work: Callable[..., Awaitable[object]]) -> Callable[..., Awaitable[object]]:
        async def run(*arguments: object) -> object:
            task = asyncio.current_task()
            assert task is not None
            self._tasks.add(task)
            try:
                return await work(*arguments)
            finally:
                self._tasks.discard(task)

        return run

    async def settle(self, seconds: float) -> None:
        """Until all of it has ended, or the seconds have passed."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)


def schedule(duties: Duties, running: Running) -> AsyncIOScheduler:
    """A scheduler that is not started yet. A late or missed tick is made up for once."""
    scheduler = AsyncIOScheduler(
        timezone=UTC,
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    enforce_rule = running.noted(duties.enforce)
    for category in CATEGORIES:
        _every(scheduler, duties.interval, category.key, enforce_rule, category)
    _every(scheduler, duties.interval, WARNINGS, running.noted(duties.warn))
    _every(scheduler, duties.interval, "days ahead", running.noted(duties.make_days))
    _every(scheduler, duties.interval, JOURNAL, running.noted(duties.tidy_journal))
    _every(scheduler, duties.interval, REWRITE, running.noted(duties.rewrite))
    _every(scheduler, MAIL_EVERY, "mail delivery", running.noted(duties.deliver))
    _every(scheduler, duties.interval, MAIL_CHECK, running.noted(duties.check_mail))
    complaints = Complaints()

    def complain(event: JobExecutionEvent) -> None:
        """What went wrong is asked of the data again at the next tick."""
        complaints.about(event.job_id, event.exception)

    scheduler.add_listener(complain, EVENT_JOB_ERROR)
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


def _slot(at: datetime, interval: timedelta) -> datetime:
    return at - (at - _EPOCH) % interval
