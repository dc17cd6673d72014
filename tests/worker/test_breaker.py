"""A round that would end far too much, or whose clock jumped, ends nothing until somebody says so."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from dressform.clock import now
from dressform.database import Unit, Units
from dressform.policy import CATEGORIES, PROFILE, ROUND, SESSION, VISITOR
from dressform.repositories.holds import Hold, Holds
from dressform.repositories.retention import Retention
from dressform.worker.breaker import ALWAYS_ALLOWED, Breaker, Due, Held
from dressform.worker.enforce import Report, enforce
from dressform.worker.scheduler import Duties
from tests.conftest import MovableClock
from tests.worker.everything import add_everything, add_visit, counts

BEGAN = datetime(2026, 8, 31, 15, 30, 45, tzinfo=UTC)
END = PROFILE.window.after(BEGAN)
SECOND = timedelta(seconds=1)


async def agreeing(unit: Unit) -> datetime:
    return unit.at


BREAKER = Breaker(other_clock=agreeing)


async def fill(units: Units, accounts: int, *, due: int) -> None:
    """Accounts of which some are over at END, as they are in the table."""
    async with units.writing() as unit:
        await unit.connection.execute(
            text(
                "INSERT INTO account (id, email_index, created_at, warned_at, version, sealed) "
                "SELECT gen_random_uuid(), sha256(n::text::bytea), CAST(:at AS timestamptz) + "
                "CASE WHEN n > :due THEN interval '1 day' ELSE interval '0' END, :at, 1, '' "
                "FROM generate_series(1, :accounts) n"
            ),
            {"at": BEGAN, "accounts": accounts, "due": due},
        )


async def profiles(units: Units, at: datetime = END, breaker: Breaker = BREAKER) -> Report | None:
    return await enforce(PROFILE, units, at=at, slot=at, breaker=breaker)


async def held(units: Units, rule: str = "profile") -> Hold | None:
    async with units.reading() as unit:
        return await Holds(unit).of(rule)


async def approve(units: Units, at: datetime, rule: str = "profile") -> None:
    async with units.writing(at=at) as unit:
        assert await Holds(unit).approve(rule) is not None


@pytest.mark.parametrize(
    ("due", "of", "too_many"),
    [(50, 50, False), (51, 51, True), (51, 2549, True), (51, 2550, False), (2000, 100_000, False)],
)
def test_fifty_or_two_percent(due: int, of: int, *, too_many: bool) -> None:
    assert Due(due, of).is_too_many() is too_many


async def test_as_many_as_is_always_allowed(units: Units) -> None:
    await fill(units, ALWAYS_ALLOWED, due=ALWAYS_ALLOWED)

    report = await profiles(units)

    assert report is not None
    assert report.rows == ALWAYS_ALLOWED
    assert await held(units) is None


async def test_one_too_many_ends_nothing(units: Units) -> None:
    await fill(units, 60, due=51)

    with pytest.raises(Held, match=r"51 of 60 rows are due at once.*retention approve profile"):
        await profiles(units)

    hold = await held(units)
    assert hold is not None
    assert (hold.rows, hold.held_at, hold.approved_at) == (51, END, None)
    assert (await counts(units))["account"] == 60
    async with units.reading(at=END) as unit:
        assert await Retention(unit).last_run(PROFILE) is None


async def test_two_percent_of_many(units: Units) -> None:
    await fill(units, 3000, due=60)

    report = await profiles(units)

    assert report is not None
    assert report.rows == 60


async def test_it_stays_held_until_it_is_approved(units: Units) -> None:
    await fill(units, 60, due=51)
    for minutes in (0, 5, 10):
        with pytest.raises(Held):
            await profiles(units, END + timedelta(minutes=minutes))
    hold = await held(units)
    assert hold is not None
    assert hold.held_at == END

    await approve(units, END + timedelta(minutes=11))
    report = await profiles(units, END + timedelta(minutes=15))

    assert report is not None
    assert report.rows == 51
    assert (await counts(units))["account"] == 9
    assert await held(units) is None


async def test_an_approval_is_for_what_was_shown(units: Units) -> None:
    """Not for ten times as much."""
    await fill(units, 600, due=51)
    with pytest.raises(Held):
        await profiles(units)
    await approve(units, END)

    with pytest.raises(Held, match="600 of 600"):
        await profiles(units, END + timedelta(days=1))

    hold = await held(units)
    assert hold is not None
    assert (hold.rows, hold.approved_at) == (600, None)
    assert (await counts(units))["account"] == 600


async def test_an_approval_lasts_a_day(units: Units) -> None:
    await fill(units, 51, due=51)
    with pytest.raises(Held):
        await profiles(units)
    await approve(units, END)

    with pytest.raises(Held):
        await profiles(units, END + timedelta(days=1, seconds=1))


async def test_approving_what_is_not_held_does_nothing(units: Units) -> None:
    async with units.writing() as unit:
        assert await Holds(unit).approve("profile") is None
        assert await Holds(unit).all() == []


@pytest.mark.parametrize("off", [timedelta(minutes=6), timedelta(minutes=-6), timedelta(days=300)])
async def test_clocks_that_differ(units: Units, off: timedelta) -> None:
    await add_everything(units, BEGAN)

    async def other(unit: Unit) -> datetime:
        return unit.at + off

    for category in CATEGORIES:
        if category is ROUND:
            continue  # Another rule's round of a moment ago.
        with pytest.raises(Held, match="this machine's clock and the database's differ"):
            await enforce(
                category,
                units,
                at=END + timedelta(days=31),
                slot=END,
                breaker=Breaker(other_clock=other),
            )
    left = await counts(units)
    assert {left[name] for name in ("access_log", "account", "model", "session", "mail")} == {1}


async def test_clocks_that_differ_by_a_little(units: Units) -> None:
    await fill(units, 1, due=1)

    async def other(unit: Unit) -> datetime:
        return unit.at - timedelta(minutes=4)

    assert (await profiles(units, breaker=Breaker(other_clock=other))) is not None


async def test_the_databases_own_clock(units: Units) -> None:
    """Nothing is injected here: the machine's clock against PostgreSQL's."""
    async with units.writing() as unit:
        await unit.connection.execute(
            text(
                "INSERT INTO account (id, email_index, created_at, warned_at, version, sealed) "
                "VALUES (gen_random_uuid(), '', now() - interval '2 years', now() - interval "
                "'1 year', 1, '')"
            )
        )
    with pytest.raises(Held, match="differ by"):
        await profiles(units, now() + timedelta(hours=1), Breaker())
    with pytest.raises(Held, match="differ by"):
        await profiles(units, now(), Breaker(ahead=timedelta(hours=1)))

    ahead = Breaker(ahead=timedelta(hours=1))
    assert await profiles(units, now() + timedelta(hours=1), ahead) is not None
    assert (await counts(units))["account"] == 0


async def ran(units: Units, at: datetime) -> None:
    assert await enforce(SESSION, units, at=at, slot=at, breaker=BREAKER) is not None


@pytest.mark.parametrize(
    ("before", "why"),
    [
        (timedelta(days=30, seconds=1), "the last round was 30 days ago"),
        (timedelta(minutes=-6), "the clock is 6 minutes behind the last round"),
        (timedelta(days=-400), "the clock is 400 days behind the last round"),
    ],
)
async def test_a_clock_that_jumped_since_the_last_round(
    units: Units, before: timedelta, why: str
) -> None:
    await fill(units, 1, due=1)
    await ran(units, END - before)

    with pytest.raises(Held, match=why):
        await profiles(units)
    assert (await counts(units))["account"] == 1

    await approve(units, END)
    assert await profiles(units, END + SECOND) is not None
    assert (await counts(units))["account"] == 0


@pytest.mark.parametrize("before", [timedelta(days=30), timedelta(0), timedelta(minutes=-4)])
async def test_a_worker_that_was_off_for_a_while(units: Units, before: timedelta) -> None:
    """It makes up for all of it by itself."""
    await fill(units, 1, due=1)
    await ran(units, END - before)

    assert await profiles(units) is not None
    assert (await counts(units))["account"] == 0


async def test_a_round_with_nothing_to_end_is_never_held(units: Units) -> None:
    await ran(units, END - timedelta(days=400))

    report = await profiles(units)

    assert report is not None
    assert report.rows == 0


async def test_a_clock_that_is_right_again_needs_no_approval(units: Units) -> None:
    await fill(units, 1, due=1)

    async def other(unit: Unit) -> datetime:
        return unit.at + timedelta(days=1)

    with pytest.raises(Held):
        await profiles(units, END, Breaker(other_clock=other))
    assert await profiles(units, END + SECOND) is not None

    assert await held(units) is None


async def test_days_of_the_log_are_held_too(units: Units) -> None:
    await add_visit(units, BEGAN)
    await ran(units, BEGAN)

    with pytest.raises(Held):
        await enforce(VISITOR, units, at=END, slot=END, breaker=BREAKER)

    assert (await counts(units))["access_log"] == 1


async def test_a_jump_alarms_nobody(
    units: Units, duties: Duties, clock: MovableClock, caplog: pytest.LogCaptureFixture
) -> None:
    """No warning goes out because of a clock that ran ahead."""
    await fill(units, 3, due=3)
    await ran(units, BEGAN)
    clock.at = END - timedelta(days=20)
    jumped = Duties(units, duties.composer, duties.transport, duties.interval, BREAKER)

    with pytest.raises(Held, match="warnings is held"):
        await jumped.warn()

    async with units.reading() as unit:
        assert (await unit.connection.scalar(text("SELECT count(*) FROM mail"))) == 0
