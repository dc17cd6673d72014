"""What stops a round before it ends anything: far too much at once, or a clock that jumped."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from dressform.database import Unit, Units
from dressform.policy import MODEL, PROFILE, Category
from dressform.repositories.holds import Hold, Holds
from dressform.repositories.retention import Retention

ALWAYS_ALLOWED = 50
ALLOWED_SHARE = 0.02
"""Of all accounts; a site whose members all come back in their own time ends a third of a percent a day."""
APPROVAL_LASTS = timedelta(days=1)
CLOCKS_AGREE_WITHIN = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(days=30)
"""Since the last round. After a longer one somebody should say that it was no clock that jumped."""


class Held(Exception):
    """A rule stopped before ending anything; the text says why and how to let it go on."""

    def __init__(self, rule: str, reason: str) -> None:
        super().__init__(
            f"{rule} is held, nothing was ended: {reason}. If that is right, run "
            f"`dressform retention approve {rule}`."
        )


@dataclass(frozen=True, slots=True)
class Due:
    """How many rows a round of a rule is about to end, of how many."""

    rows: int
    of: int

    def is_too_many(self) -> bool:
        return self.rows > max(ALWAYS_ALLOWED, ALLOWED_SHARE * self.of)


async def _database_clock(unit: Unit) -> datetime:
    return await Retention(unit).database_clock()


@dataclass(frozen=True, slots=True)
class Breaker:
    """Compares our clock with `other_clock`, the database's, and with the last round's.

    `ahead`: how far our clock is set ahead on purpose, to try things out; there is then no telling
    how long ago the last round was.
    """

    ahead: timedelta = timedelta(0)
    other_clock: Callable[[Unit], Awaitable[datetime]] = _database_clock

    async def check(self, rule: str, units: Units, *, at: datetime, due: Due | None) -> None:
        """Raises Held, and leaves it in the tables for whoever is to approve it."""
        rows = due.rows if due else 0
        async with units.writing(at=at) as unit:
            holds = Holds(unit)
            hold = await holds.of(rule)
            reason = await self._clock_that_jumped(unit)
            if reason is None and due is not None and due.is_too_many():
                reason = f"{due.rows} of {due.of} rows are due at once"
            if reason is None and hold is not None:
                await holds.release(rule)
            if reason is None or (hold is not None and _is_approved(hold, rows, at)):
                return
            await holds.hold(rule, reason=reason, rows=rows)
        raise Held(rule, reason)

    async def _clock_that_jumped(self, unit: Unit) -> str | None:
        difference = unit.at - self.ahead - await self.other_clock(unit)
        if abs(difference) > CLOCKS_AGREE_WITHIN:
            return f"this machine's clock and the database's differ by {_rounded(difference)}"
        last = await Retention(unit).last_cut_off()
        if last is None or self.ahead:
            return None
        if unit.at < last - CLOCKS_AGREE_WITHIN:
            return f"the clock is {_rounded(last - unit.at)} behind the last round"
        if unit.at > last + LONGEST_PAUSE:
            return (
                f"the last round was {_rounded(unit.at - last)} ago: the worker was off, or the "
                "clock jumped"
            )
        return None


def limits(category: Category) -> bool:
    """Whether a round of this rule may be too big: what ends is somebody's account or model."""
    return category in (PROFILE, MODEL)


def _is_approved(hold: Hold, rows: int, at: datetime) -> bool:
    """For a day, and for what was shown with as much again as is always allowed."""
    if hold.approved_at is None or abs(at - hold.approved_at) > APPROVAL_LASTS:
        return False
    return rows <= hold.rows + ALWAYS_ALLOWED


def _rounded(difference: timedelta) -> str:
    seconds = abs(difference).total_seconds()
    days, hours = seconds / 86400, seconds / 3600
    if days >= 2:  # noqa: PLR2004
        return f"{days:.0f} days"
    return f"{hours:.1f} hours" if hours >= 1 else f"{seconds / 60:.0f} minutes"
