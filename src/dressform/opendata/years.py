"""The draw dates: one day in every year."""

from datetime import UTC, datetime

_MONTH, _DAY = 3, 1


def draw_date(year: int) -> datetime:
    """Return the day from which a year's draw is possible. It includes consents before that day."""
    return datetime(year, _MONTH, _DAY, tzinfo=UTC)


def next_draw_date(at: datetime) -> datetime:
    """Return the first draw date after `at`."""
    this = draw_date(at.year)
    return this if at < this else draw_date(at.year + 1)
