import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, text

from dressform.crypto.attempt_keys import AttemptKeys
from dressform.db.tables import AttemptCount
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.repositories import rate_limits
from dressform.repositories.attempt_counts import Attempt, AttemptCounts
from dressform.repositories.rate_limits import (
    ALL_LOGINS,
    FORGOT,
    LOGIN,
    REGISTER,
    Budget,
    RateLimit,
)
from tests.conftest import MovableClock

ADA = Budget(LOGIN, "ada")
LIMITS = [limit for limit in vars(rate_limits).values() if isinstance(limit, RateLimit)]


def counts(uows: UnitOfWorkFactory) -> AttemptCounts:
    return AttemptCounts(uows.read())


async def use_up(uows: UnitOfWorkFactory, *budgets: Budget) -> list[Attempt]:
    """Take attempts until one is refused, and return those that were counted."""
    taken = []
    while (attempt := await counts(uows).take(*budgets)).fullest is None:
        taken.append(attempt)
    return taken


async def number_of_rows(uows: UnitOfWorkFactory) -> int:
    return int(await uows.read().connection.scalar(select(func.count()).select_from(AttemptCount)))


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.name)
async def test_limit_allows_as_many_as_it_says(uows: UnitOfWorkFactory, limit: RateLimit) -> None:
    assert len(await use_up(uows, Budget(limit, "ada"))) == limit.max
    assert len(await use_up(uows, Budget(limit, "bea"))) == limit.max


async def test_twenty_at_once_are_counted_exactly(uows: UnitOfWorkFactory) -> None:
    every_login = Budget(ALL_LOGINS)
    attempts = await asyncio.gather(*(counts(uows).take(ADA, every_login) for _ in range(20)))

    assert sum(attempt.fullest is None for attempt in attempts) == 10
    assert {one.fullest.budget for one in attempts if one.fullest} == {ADA}
    assert len(await use_up(uows, every_login)) == ALL_LOGINS.max - 10


async def test_attempts_that_are_given_back_at_once_do_not_block_each_other(
    uows: UnitOfWorkFactory,
) -> None:
    """Two rows that are locked in different orders would be a deadlock, which is an error."""

    async def take_and_give_back(name: str) -> None:
        for _ in range(20):
            attempt = await counts(uows).take(
                Budget(LOGIN, name), replace_max(Budget(ALL_LOGINS), 10**6)
            )
            if attempt.fullest is None:
                await counts(uows).give_back(attempt)

    await asyncio.gather(*(take_and_give_back(f"ada{number % 3}") for number in range(5)))

    assert await number_of_rows(uows) == 0


def replace_max(budget: Budget, number: int) -> Budget:
    return Budget(replace(budget.limit, max=number), budget.target)


async def test_full_budget_leaves_the_other_one_as_it_was(uows: UnitOfWorkFactory) -> None:
    await use_up(uows, ADA)
    for _ in range(ALL_LOGINS.max + 1):
        refused = await counts(uows).take(ADA, Budget(ALL_LOGINS))
        assert refused.fullest
        assert refused.fullest.budget == ADA

    assert len(await use_up(uows, Budget(ALL_LOGINS))) == ALL_LOGINS.max


async def test_attempt_that_is_given_back_leaves_no_row(uows: UnitOfWorkFactory) -> None:
    attempt = await counts(uows).take(ADA, Budget(ALL_LOGINS))
    assert await number_of_rows(uows) == 2

    await counts(uows).give_back(attempt)

    assert await number_of_rows(uows) == 0


async def test_attempt_is_given_back_to_the_window_that_counted_it(
    uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    attempt = await counts(uows).take(ADA)
    clock.advance(minutes=20)
    other = await counts(uows).take(ADA)

    await counts(uows).give_back(attempt)

    assert await number_of_rows(uows) == 1
    await counts(uows).give_back(other)
    assert await number_of_rows(uows) == 0


async def test_waiting_as_long_as_told_is_enough_and_a_second_less_is_not(
    uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    for limit in (LOGIN, FORGOT, ALL_LOGINS):
        budget = Budget(limit, f"ada {limit.name}")
        clock.advance(seconds=77)
        for _ in range(3):
            refused = [*await use_up(uows, budget), await counts(uows).take(budget)][-1].fullest
            assert refused is not None
            assert refused.seconds_until_more <= limit.window.total_seconds()
            clock.advance(seconds=refused.seconds_until_more - 1)
            assert (await counts(uows).take(budget)).fullest
            clock.advance(seconds=1)
            assert (await counts(uows).take(budget)).fullest is None


async def test_counts_hold_when_the_day_changes(
    uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    clock.at = datetime(2026, 3, 1, 23, 59, 0, tzinfo=UTC)
    await use_up(uows, ADA)
    await use_up(uows, Budget(FORGOT, "ada@example.org"))
    clock.advance(seconds=60)

    assert len(await use_up(uows, ADA)) == 1
    assert len(await use_up(uows, Budget(FORGOT, "ada@example.org"))) == 1


async def test_no_window_allows_much_more_than_its_limit(
    uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    """Someone who tries each ten seconds for two hours."""
    allowed = []
    for _ in range(720):
        clock.advance(seconds=10)
        if (await counts(uows).take(ADA)).fullest is None:
            allowed.append(clock.at)

    most = max(sum(begin <= each < begin + LOGIN.window for each in allowed) for begin in allowed)
    assert len(allowed) <= 10 + 8 * 10
    assert most <= 1.5 * LOGIN.max


async def test_limits_are_counted_apart(uows: UnitOfWorkFactory) -> None:
    await use_up(uows, Budget(FORGOT, "ada@example.org"))

    assert len(await use_up(uows, Budget(REGISTER, "ada@example.org"))) == REGISTER.max


async def test_clearing_forgets_this_window_and_the_last_one(
    uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    await use_up(uows, ADA)
    clock.advance(minutes=15)
    assert len(await use_up(uows, ADA)) == 1

    await counts(uows).clear(ADA)

    assert len(await use_up(uows, ADA)) == LOGIN.max


async def test_table_holds_neither_what_was_typed_nor_the_time(
    uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    clock.advance(minutes=37, seconds=11)
    await counts(uows).take(Budget(LOGIN, "ada@example.org"))

    (row,) = await uows.read().connection.fetch_all(select(AttemptCount.__table__))

    assert (row.hour.minute, row.hour.second) == (0, 0)
    assert row.expires_at == row.hour + timedelta(hours=2)
    assert set(row.keys()) == {"id", "hour", "number", "expires_at"}


async def test_table_is_not_in_the_write_ahead_log(uows: UnitOfWorkFactory) -> None:
    kind = text("SELECT relpersistence::text FROM pg_class WHERE relname = 'attempt_count'")

    assert await uows.read().connection.scalar(kind) == "u"


@given(st.text(max_size=20), st.integers(min_value=0, max_value=10_000))
def test_hash_is_the_same_in_every_process_and_another_each_day(name: str, minutes: int) -> None:
    window = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    one, other = AttemptKeys(b"k" * 32), AttemptKeys(b"k" * 32)

    hashed = one.hash_target("login", window, name)

    assert hashed == other.hash_target("login", window, name)
    assert hashed != one.hash_target("login", window + timedelta(days=1), name)
    assert hashed != one.hash_target("login", window + timedelta(minutes=15), name)
    assert hashed != one.hash_target("forgot", window, name)
    assert hashed != AttemptKeys(b"o" * 32).hash_target("login", window, name)
