"""The guard that stops a retention run before it deletes: too many rows, or a clock that jumped."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from dressform.db.unit_of_work import UnitOfWork, UnitOfWorkFactory
from dressform.policy.account_data import MODEL, PROFILE
from dressform.policy.category import Category
from dressform.repositories.purge_blocks import PurgeBlocks, StoredPurgeBlock
from dressform.repositories.retention_runs import RetentionRuns

log = logging.getLogger(__name__)

CLOCK = "clock"
"""The name of the block that a wrong clock causes, in the place of a rule: it stops all rules."""
MIN_THRESHOLD_ROWS = 50
MAX_SHARE = 0.02
"""Share of all rows of a table. A site with a steady membership deletes about 0.3 % a day."""
APPROVAL_LIFETIME = timedelta(days=1)
MAX_CLOCK_SKEW = timedelta(minutes=5)
MAX_RUN_GAP = timedelta(days=30)
"""The longest time since the last run that needs no approval: a longer one may be a wrong clock."""

_DISPLAY_NAMES = {CLOCK: "everything"}
_NUMBERS = str.maketrans("", "", "0123456789.")


class PurgeBlockedError(Exception):
    """A rule was stopped before it deleted anything; the message says why and how to approve it."""

    def __init__(self, rule: str, reason: str) -> None:
        super().__init__(
            f"{_DISPLAY_NAMES.get(rule, rule)} is blocked, nothing was deleted: {reason}. If that is right, run "
            f"`dressform retention approve {rule}`."
        )
        self.rule = rule


@dataclass(frozen=True, slots=True)
class PendingDeletion:
    """The number of rows that a run is about to delete, and the size of the table."""

    rows: int
    total: int

    def exceeds_threshold(self) -> bool:
        """Return whether an operator must approve the deletion of so many rows."""
        return self.rows > max(MIN_THRESHOLD_ROWS, MAX_SHARE * self.total)


async def _fetch_database_clock(uow: UnitOfWork) -> datetime:
    return await RetentionRuns(uow).get_database_time()


@dataclass(frozen=True, slots=True)
class DeletionGuard:
    """The checks of a run: the clock against the database's and the last run's, and the row count.

    `clock_offset` is how far the clock is set ahead on purpose (DRESSFORM_CLOCK_AHEAD). With an
    offset the time since the last run says nothing, and is not checked.
    """

    clock_offset: timedelta = timedelta(0)
    database_clock: Callable[[UnitOfWork], Awaitable[datetime]] = _fetch_database_clock

    async def check_clock(self, uows: UnitOfWorkFactory, *, now: datetime) -> None:
        """Check the clock. Must run before any rule: each run is the next one's reference.

        Raise PurgeBlockedError, and store the block, which an operator can approve.
        """
        async with uows.transaction(now=now) as uow:
            found = [await self._describe_clock_skew(uow), await self._describe_run_gap(uow)]
            reason = "; ".join(one for one in found if one) or None
            is_held = await _update_block(uow, CLOCK, reason)
            if reason and not is_held:
                await _discard_future_runs(uow)
        if reason and is_held:
            raise PurgeBlockedError(CLOCK, reason)

    async def check_size(
        self, rule: str, uows: UnitOfWorkFactory, *, now: datetime, due: PendingDeletion
    ) -> None:
        """Check the number of rows. Raise PurgeBlockedError, and store the block."""
        reason = (
            f"{due.rows} of {due.total} rows are due at once" if due.exceeds_threshold() else None
        )
        async with uows.transaction(now=now) as uow:
            is_held = await _update_block(uow, rule, reason, rows=due.rows)
        if reason and is_held:
            raise PurgeBlockedError(rule, reason)

    async def _describe_clock_skew(self, uow: UnitOfWork) -> str | None:
        difference = uow.now - self.clock_offset - await self.database_clock(uow)
        if abs(difference) <= MAX_CLOCK_SKEW:
            return None
        return f"this machine's clock and the database's differ by {_format_difference(difference)}"

    async def _describe_run_gap(self, uow: UnitOfWork) -> str | None:
        last = await RetentionRuns(uow).get_last_cutoff()
        if last is None or self.clock_offset:
            return None
        if uow.now < last - MAX_CLOCK_SKEW:
            return f"the clock is {_format_difference(last - uow.now)} behind the last run"
        if uow.now > last + MAX_RUN_GAP:
            return (
                f"the last run was {_format_difference(uow.now - last)} ago: the worker was off, or the "
                "clock jumped"
            )
        return None


def is_guarded(category: Category) -> bool:
    """Return whether the row count of a category is checked: accounts and models."""
    return category in (PROFILE, MODEL)


async def _update_block(uow: UnitOfWork, rule: str, reason: str | None, *, rows: int = 0) -> bool:
    """Store, keep or remove the block of a rule. Return whether the rule is blocked.

    A block is removed once its reason is gone.
    """
    blocks = PurgeBlocks(uow)
    block = await blocks.get_for_update(rule)
    if reason is None:
        if block is not None:
            await blocks.clear(rule)
        return False
    if block is not None and _is_approved(block, reason, rows, uow.now):
        return False
    await blocks.block(rule, reason=reason, rows=rows)
    return True


def _is_approved(block: StoredPurgeBlock, reason: str, rows: int, now: datetime) -> bool:
    """Return whether the approval covers the deletion.

    It is valid for a day, for the same reason, and for MIN_THRESHOLD_ROWS more rows than shown.
    """
    if block.approved_at is None or abs(now - block.approved_at) > APPROVAL_LIFETIME:
        return False
    same = block.reason.translate(_NUMBERS) == reason.translate(_NUMBERS)
    return same and rows <= block.rows + MIN_THRESHOLD_ROWS


async def _discard_future_runs(uow: UnitOfWork) -> None:
    """Delete runs dated after now, once an operator has confirmed that the clock is right."""
    removed = await RetentionRuns(uow).delete_after(uow.now + MAX_CLOCK_SKEW)
    if removed:
        log.warning(
            "%d runs dated in the future are removed from the list of runs: the clock is right",
            removed,
        )


def _format_difference(difference: timedelta) -> str:
    seconds = abs(difference).total_seconds()
    days, hours = seconds / 86400, seconds / 3600
    if days >= 2:  # noqa: PLR2004
        return f"{days:.0f} days"
    return f"{hours:.1f} hours" if hours >= 1 else f"{seconds / 60:.0f} minutes"
