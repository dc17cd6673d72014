"""The only reader of the wall clock: everything else is handed its time."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def offset_clock(offset: timedelta) -> Clock:
    """A clock that runs ahead of the real one, to see the retention windows end on a test machine."""
    return lambda: datetime.now(UTC) + offset
