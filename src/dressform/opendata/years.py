"""When an edition may appear: every year has one day."""

from datetime import UTC, datetime

_MONTH, _DAY = 3, 1


def day_of(year: int) -> datetime:
    """Who agreed before it is counted in that year; the draw is on it or later in the year."""
    return datetime(year, _MONTH, _DAY, tzinfo=UTC)


def next_day(at: datetime) -> datetime:
    """The first such day after `at`."""
    this = day_of(at.year)
    return this if at < this else day_of(at.year + 1)
