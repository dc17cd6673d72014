"""Retention periods: calendar months and fixed durations, with the same result in SQL and Python.

A period of months ends on the same day of a later month at the same time of day in UTC, or on that month's
last day where it has no such day: 31 August and six months is 28 February (29 in a leap year).
PostgreSQL's ``timestamp + interval`` follows the same rule; a test compares the two.
"""

import calendar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True, slots=True)
class CalendarMonths:
    """A period of calendar months."""

    count: int

    def expires_at(self, moment: datetime) -> datetime:
        """Return the end of a period that begins at `moment`, in UTC."""
        start = moment.astimezone(UTC)
        years, month = divmod(start.month - 1 + self.count, 12)
        year = start.year + years
        day = min(start.day, calendar.monthrange(year, month + 1)[1])
        return start.replace(year=year, month=month + 1, day=day)

    @property
    def interval(self) -> str:
        """Return the period as a PostgreSQL interval literal."""
        return f"{self.count} months"

    def format(self, language: str) -> str:
        """Return the period in words, in "fr" or "en"."""
        return f"{self.count} mois" if language == "fr" else f"{self.count} months"


@dataclass(frozen=True, slots=True)
class FixedPeriod:
    """A period of a fixed length."""

    length: timedelta

    def expires_at(self, moment: datetime) -> datetime:
        """Return the end of a period that begins at `moment`, in UTC."""
        return moment.astimezone(UTC) + self.length

    @property
    def interval(self) -> str:
        """Return the period as a PostgreSQL interval literal."""
        return f"{round(self.length.total_seconds())} seconds"

    def format(self, language: str) -> str:
        """Return the period in words, in "fr" or "en"."""
        hours = round(self.length.total_seconds() / 3600)
        if hours % 24:
            unit = {"fr": "heure"}.get(language, "hour")
            return f"{hours} {unit}{'s' if hours > 1 else ''}"
        unit = {"fr": "jour"}.get(language, "day")
        days = hours // 24
        return f"{days} {unit}{'s' if days > 1 else ''}"


RetentionPeriod = CalendarMonths | FixedPeriod


def start_of_day(moment: datetime) -> datetime:
    """Return midnight (UTC) of the day of `moment`, the granularity of members' rows."""
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def start_of_month(moment: datetime) -> datetime:
    """Return midnight (UTC) of the first day of the month of `moment`."""
    return start_of_day(moment).replace(day=1)


def start_of_hour(moment: datetime) -> datetime:
    """Return the beginning of the hour of `moment`, in UTC."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def expiry_sql(period: RetentionPeriod, start: str) -> str:
    """Return SQL for the end of a period that begins at the ``timestamptz`` expression `start`.

    It does not depend on the session's time zone, so generated columns and indexes may use it.
    """
    return f"((({start}) AT TIME ZONE 'UTC') + INTERVAL '{period.interval}') AT TIME ZONE 'UTC'"
