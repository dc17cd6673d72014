from datetime import UTC, datetime, timedelta, timezone

import asyncpg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dressform.policy.notice import CATEGORIES
from dressform.policy.periods import (
    CalendarMonths,
    FixedPeriod,
    RetentionPeriod,
    expiry_sql,
    start_of_day,
)
from dressform.settings.settings import Settings

HALF_A_YEAR, YEAR = CalendarMonths(6), CalendarMonths(12)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        (HALF_A_YEAR, utc(2026, 1, 15, 8, 30), utc(2026, 7, 15, 8, 30)),
        (HALF_A_YEAR, utc(2026, 8, 31), utc(2027, 2, 28)),
        (HALF_A_YEAR, utc(2027, 8, 31), utc(2028, 2, 29)),
        (HALF_A_YEAR, utc(2026, 8, 28, 23, 59, 59, 999999), utc(2027, 2, 28, 23, 59, 59, 999999)),
        (HALF_A_YEAR, utc(2026, 3, 31), utc(2026, 9, 30)),
        (HALF_A_YEAR, utc(2026, 12, 31, 23, 59, 59), utc(2027, 6, 30, 23, 59, 59)),
        (HALF_A_YEAR, utc(2028, 2, 29), utc(2028, 8, 29)),
        (YEAR, utc(2028, 2, 29, 12), utc(2029, 2, 28, 12)),
        (YEAR, utc(2027, 2, 28, 12), utc(2028, 2, 28, 12)),
        (YEAR, utc(2026, 12, 31), utc(2027, 12, 31)),
        (CalendarMonths(1), utc(2026, 1, 31), utc(2026, 2, 28)),
        (CalendarMonths(13), utc(2026, 11, 30), utc(2027, 12, 30)),
        (FixedPeriod(timedelta(days=90)), utc(2026, 12, 1), utc(2027, 3, 1)),
        (FixedPeriod(timedelta(hours=1)), utc(2026, 12, 31, 23, 30), utc(2027, 1, 1, 0, 30)),
    ],
)
def test_a_window_ends_on_the_day_of_the_calendar(
    period: RetentionPeriod, start: datetime, end: datetime
) -> None:
    assert period.expires_at(start) == end


def test_no_summer_time_shifts_an_end() -> None:
    """The clocks of Paris go forward between the two; 08:00 UTC stays 08:00 UTC."""
    start = utc(2026, 1, 1, 8)

    assert HALF_A_YEAR.expires_at(start) == utc(2026, 7, 1, 8)


def test_the_month_is_that_of_utc_whatever_the_zone_of_the_moment() -> None:
    """01:00 on 1 September in Tonga is still 31 August in UTC."""
    tonga = timezone(timedelta(hours=13))

    assert HALF_A_YEAR.expires_at(datetime(2026, 9, 1, 1, tzinfo=tonga)) == utc(2027, 2, 28, 12)


@given(st.datetimes(timezones=st.just(UTC)).filter(lambda at: at.year < 9000))
@settings(max_examples=300)
def test_a_later_start_never_ends_earlier(start: datetime) -> None:
    for period in (HALF_A_YEAR, YEAR, FixedPeriod(timedelta(days=7))):
        assert period.expires_at(start) <= period.expires_at(start + timedelta(seconds=1))


def _moments() -> list[datetime]:
    """Every day of nine years, at three times of it, with the last leap day of a century."""
    days = [utc(2023, 1, 1) + timedelta(days=n) for n in range(9 * 366)]
    days += [utc(2099, 8, 25) + timedelta(days=n) for n in range(400)]
    return [
        day.replace(hour=hour, minute=minute, second=minute, microsecond=micro)
        for day in days
        for hour, minute, micro in ((0, 0, 0), (11, 59, 1), (23, 59, 999999))
    ]


async def _ends_in_sql(connection: asyncpg.Connection, period: RetentionPeriod) -> list[datetime]:
    query = f"SELECT {expiry_sql(period, 'at')} FROM unnest($1::timestamptz[]) at"
    return [row[0] for row in await connection.fetch(query, _moments())]


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kathmandu"])
async def test_postgresql_computes_the_same_ends(settings: Settings, zone: str) -> None:
    """For eleven thousand moments a period, whatever the session's time zone."""
    assert settings.database_url is not None
    url = settings.database_url.get_secret_value().replace("+asyncpg", "")
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(f"SET timezone TO '{zone}'")
        for period in {category.period for category in CATEGORIES} | {
            CalendarMonths(1),
            CalendarMonths(25),
        }:
            expected = [period.expires_at(moment) for moment in _moments()]

            assert await _ends_in_sql(connection, period) == expected
    finally:
        await connection.close()


@pytest.mark.parametrize(
    ("period", "english", "french"),
    [
        (HALF_A_YEAR, "6 months", "6 mois"),
        (FixedPeriod(timedelta(days=7)), "7 days", "7 jours"),
        (FixedPeriod(timedelta(hours=1)), "1 hour", "1 heure"),
        (FixedPeriod(timedelta(hours=36)), "36 hours", "36 heures"),
    ],
)
def test_a_window_in_words(period: RetentionPeriod, english: str, french: str) -> None:
    assert (period.format("en"), period.format("fr")) == (english, french)


@pytest.mark.parametrize(
    "moment",
    [
        utc(2026, 11, 30),
        utc(2026, 11, 30, 23, 59, 59, 999999),
        datetime(2026, 12, 1, 0, 30, tzinfo=timezone(timedelta(hours=1))),
    ],
)
def test_start_of_day_is_midnight_in_utc(moment: datetime) -> None:
    midnight = start_of_day(moment)

    assert (midnight, midnight.utcoffset()) == (utc(2026, 11, 30), timedelta())
