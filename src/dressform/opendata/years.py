"""When an edition may appear: every year has one day."""

from datetime import UTC, datetime

_MONTH, _DAY = 3, 1


def draw_date(year: int) -> datetime:
    """Who agreed before it is counted in that year; the draw is on it or later in the year."""
    return datetime(year, _MONTH, _DAY, tzinfo=UTC)


def next_draw_date(at: datetime) -> datetime:
    """The first such day after `at`."""
    this = draw_date(at.year)
    return this if at < this else draw_date(at.year + 1)
