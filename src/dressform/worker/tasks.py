"""The worker's tasks: the steps of a retention run, and the delivery of mails."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import inf
from pathlib import Path
from typing import Any, TypeVar

from dressform.actions.check_mail import check_mail
from dressform.actions.collect_bounces import collect_bounces
from dressform.actions.complete_skeletons import complete_skeletons
from dressform.actions.deliver_mails import deliver_mails, discard_mails
from dressform.actions.mail_turns import MailTurns
from dressform.actions.queue_expiry_notices import queue_expiry_notices
from dressform.actions.reload_keys import delete_retired_keys
from dressform.actions.tidy_journal import tidy_journal
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.errors import StartupError
from dressform.mail.bounce_mailbox import BounceMailbox
from dressform.mail.compose import MailRenderer
from dressform.mail.files import delete_old_mails
from dressform.mail.transport import Transport
from dressform.policy.notice import CATEGORIES
from dressform.repositories.access_log_partitions import AccessLogPartitions
from dressform.repositories.mail_counts import MailCounts
from dressform.repositories.retention_runs import RetentionRuns
from dressform.worker.deletion_guard import CLOCK, DeletionGuard
from dressform.worker.enforce import RunResult, enforce
from dressform.worker.error_reporter import ErrorReporter
from dressform.worker.rewrite import NAME as REWRITE
from dressform.worker.rewrite import rewrite_tables

log = logging.getLogger(__name__)

DAYS_AHEAD = 3

MAIL_DELIVERY = "mail delivery"
BOUNCES = "bounces"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Outcome:
    """The results of the rules that a run enforced, and the names of the steps that failed."""

    reports: list[RunResult] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class WorkerTasks:
    """The tasks of the worker. Each may be repeated at any time."""

    uows: UnitOfWorkFactory
    composer: MailRenderer
    transport: Transport
    mail_folder: Path
    interval: timedelta
    guard: DeletionGuard
    turns: MailTurns
    bounce_mailbox: BounceMailbox | None = None
    error_reporter: ErrorReporter = field(default_factory=ErrorReporter)

    async def run_once(self) -> list[RunResult]:
        """Run every task now. Raise StartupError at the end if a step failed."""
        now = self.uows.clock()
        outcome = await self.run(now=now, scheduled_for=now)
        await self._run_step(MAIL_DELIVERY, self.deliver_mails(), outcome)
        if outcome.failed:
            names = ", ".join(outcome.failed)
            raise StartupError(f"Not everything was done: {names} failed, the log above says why.")
        return outcome.reports

    async def run_scheduled(self) -> Outcome:
        """Do the retention run of this slot; a rule is skipped if another worker has its slot.

        A rule takes half an interval at most, and goes on in the next run: a large deletion does not
        delay the other steps.
        """
        now = self.uows.clock()
        return await self.run(
            now=now,
            scheduled_for=_scheduled_time(now, self.interval),
            max_seconds=self.interval.total_seconds() / 2,
        )

    async def run(
        self, *, now: datetime, scheduled_for: datetime, max_seconds: float = inf
    ) -> Outcome:
        """Do every step but mail delivery, in order; a step that fails does not stop the others.

        While the clock is blocked, no expiry notice is queued and no rule is enforced.
        """
        outcome = Outcome()
        await self._run_step(CLOCK, self.guard.check_clock(self.uows, now=now), outcome)
        await self._run_step("days ahead", self.create_partitions(), outcome)
        if CLOCK not in outcome.failed:
            await self._run_step("warnings", queue_expiry_notices(self.uows), outcome)
            await self._enforce_rules(now, scheduled_for, max_seconds, outcome)
        await self._run_step("deletion journal", tidy_journal(self.uows), outcome)
        await self._run_step("retired keys", delete_retired_keys(self.uows), outcome)
        await self._run_step("look-alikes", complete_skeletons(self.uows), outcome)
        await self._run_step(REWRITE, rewrite_tables(self.uows, now=now), outcome)
        await self._run_step("mail check", self.check_mail(), outcome)
        if self.bounce_mailbox is not None:
            step = self.collect_bounces(self.bounce_mailbox, now, scheduled_for)
            await self._run_step(BOUNCES, step, outcome)
        return outcome

    async def _enforce_rules(
        self, now: datetime, scheduled_for: datetime, max_seconds: float, outcome: Outcome
    ) -> None:
        for category in CATEGORIES:
            enforcement = enforce(
                category,
                self.uows,
                now=now,
                scheduled_for=scheduled_for,
                guard=self.guard,
                max_seconds=max_seconds,
            )
            report = await self._run_step(category.key, enforcement, outcome)
            if report is not None:
                outcome.reports.append(report)

    async def create_partitions(self) -> None:
        """Create the partitions of the next days, so that no request waits for one."""
        async with self.uows.transaction() as uow:
            today = uow.now.date()
            days = {today + timedelta(days=ahead) for ahead in range(DAYS_AHEAD + 1)}
            await (await AccessLogPartitions.assume_role(uow)).ensure(days)

    async def check_mail(self) -> None:
        """Check the mail server, and delete expired files of the mail folder and old counts."""
        await check_mail(self.uows, self.transport)
        async with self.uows.transaction() as uow:
            await MailCounts(uow).delete_old()
        at = self.uows.clock()
        if deleted := await asyncio.to_thread(delete_old_mails, self.mail_folder, at=at):
            log.info("%d mails in %s were deleted", deleted, self.mail_folder)

    async def collect_bounces(
        self, mailbox: BounceMailbox, now: datetime, scheduled_for: datetime
    ) -> None:
        """Record the reports in the mailbox, unless another worker does it in this slot."""
        async with self.uows.transaction(now=now) as uow:
            run_id = await RetentionRuns(uow).claim(BOUNCES, scheduled_for)
        if run_id is None:
            return
        started = time.monotonic()
        recorded = await collect_bounces(self.uows, mailbox)
        async with self.uows.transaction(now=now) as uow:
            seconds = time.monotonic() - started
            await RetentionRuns(uow).finish(run_id, rows=recorded, seconds=seconds)

    async def deliver_mails(self) -> int:
        """Deliver the mails that are due, by all couriers. Return how many were handed over."""
        await discard_mails(self.uows)
        couriers = [self.deliver_as_courier() for _ in range(self.turns.couriers)]
        return sum(await asyncio.gather(*couriers))

    async def deliver_as_courier(self) -> int:
        """Deliver the mails that are due, as one of the couriers."""
        return await deliver_mails(self.uows, self.composer, self.transport, self.turns)

    async def run_in_background(self, step: Callable[..., Awaitable[int]], *arguments: Any) -> None:
        """Run a step of the mail delivery; a failure is logged."""
        await self._run_step(MAIL_DELIVERY, step(*arguments), Outcome())

    async def _run_step(self, name: str, step: Awaitable[T], outcome: Outcome) -> T | None:
        """Return the result of a step. If it fails, log it and add it to the outcome."""
        try:
            return await step
        except Exception as error:  # noqa: BLE001  the other steps must run
            self.error_reporter.report(name, error)
            outcome.failed.append(name)
            return None


def _scheduled_time(now: datetime, interval: timedelta) -> datetime:
    return now - (now - _EPOCH) % interval
