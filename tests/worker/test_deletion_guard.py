"""A round that would end far too much, or whose clock jumped, ends nothing until somebody says so."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from unittest.mock import ANY

import pytest
from sqlalchemy import text

from dressform.clock import now
from dressform.db.unit_of_work import UnitOfWork, UnitOfWorkFactory
from dressform.policy.notice import CATEGORIES, PROFILE, SESSION
from dressform.repositories.purge_blocks import Hold, Holds
from dressform.repositories.retention_runs import Retention
from dressform.worker.deletion_guard import ALWAYS_ALLOWED, CLOCK, Breaker, Due, Held
from dressform.worker.enforce import Report, enforce
from dressform.worker.scheduler import Duties, Outcome
from tests.conftest import MovableClock
from tests.helpers.retention import TABLES, add_everything, counts

BEGAN = datetime(2026, 8, 31, 15, 30, 45, tzinfo=UTC)
END = PROFILE.window.after(BEGAN)
SECOND = timedelta(seconds=1)


async def agreeing(unit: UnitOfWork) -> datetime:
    return unit.at


BREAKER = Breaker(other_clock=agreeing)
RULES = [category.key for category in CATEGORIES]


async def fill(units: UnitOfWorkFactory, accounts: int, *, due: int) -> None:
    """Accounts of which some are over at END, as they are in the table."""
    async with units.writing() as unit:
        await unit.connection.execute(
            text(
                "INSERT INTO account (id, email_index, created_at, last_login_at, warned_at, version, sealed) "
                "SELECT gen_random_uuid(), sha256(n::text::bytea), :at, CAST(:at AS timestamptz) + "
                "CASE WHEN n > :due THEN interval '1 day' ELSE interval '0' END, :at, 1, '' "
                "FROM generate_series(1, :accounts) n"
            ),
            {"at": BEGAN, "accounts": accounts, "due": due},
        )


async def profiles(
    units: UnitOfWorkFactory, at: datetime = END, breaker: Breaker = BREAKER
) -> Report | None:
    """A run's check of the clock, and the rule of accounts."""
    await breaker.check_clock(units, at=at)
    return await enforce(PROFILE, units, at=at, slot=at, breaker=breaker)


async def held(units: UnitOfWorkFactory, rule: str = "profile") -> Hold | None:
    unit = units.read()
    return await Holds(unit).of(rule)


async def approve(units: UnitOfWorkFactory, at: datetime, rule: str = "profile") -> None:
    async with units.writing(at=at) as unit:
        hold = await Holds(unit).of(rule)
        assert hold is not None
        assert await Holds(unit).approve(hold)


@pytest.mark.parametrize(
    ("due", "of", "too_many"),
    [(50, 50, False), (51, 51, True), (51, 2549, True), (51, 2550, False), (2000, 100_000, False)],
)
def test_fifty_or_two_percent(due: int, of: int, *, too_many: bool) -> None:
    assert Due(due, of).is_too_many() is too_many


async def test_as_many_as_is_always_allowed(units: UnitOfWorkFactory) -> None:
    await fill(units, ALWAYS_ALLOWED, due=ALWAYS_ALLOWED)

    report = await profiles(units)

    assert report is not None
    assert report.rows == ALWAYS_ALLOWED
    assert await held(units) is None


async def test_one_too_many_ends_nothing(units: UnitOfWorkFactory) -> None:
    await fill(units, 60, due=51)

    with pytest.raises(Held, match=r"51 of 60 rows are due at once.*retention approve profile"):
        await profiles(units)

    hold = await held(units)
    assert hold is not None
    assert (hold.rows, hold.held_at, hold.approved_at) == (51, END, None)
    assert (await counts(units))["account"] == 60
    unit = units.read(at=END)
    assert await Retention(unit).last_run(PROFILE) is None


async def test_two_percent_of_many(units: UnitOfWorkFactory) -> None:
    await fill(units, 3000, due=60)

    report = await profiles(units)

    assert report is not None
    assert report.rows == 60


async def test_it_stays_held_until_it_is_approved(units: UnitOfWorkFactory) -> None:
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


async def test_an_approval_is_for_what_was_shown(units: UnitOfWorkFactory) -> None:
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


async def test_an_approval_lasts_a_day(units: UnitOfWorkFactory) -> None:
    await fill(units, 51, due=51)
    with pytest.raises(Held):
        await profiles(units)
    await approve(units, END)

    with pytest.raises(Held):
        await profiles(units, END + timedelta(days=1, seconds=1))


async def test_nothing_but_what_was_shown_is_approved(units: UnitOfWorkFactory) -> None:
    await fill(units, 60, due=51)
    with pytest.raises(Held):
        await profiles(units)
    shown = await held(units)
    assert shown is not None
    with pytest.raises(Held):
        await profiles(units, END + timedelta(days=1))

    async with units.writing() as unit:
        assert not await Holds(unit).approve(shown)

    still = await held(units)
    assert still is not None
    assert (still.rows, still.approved_at) == (60, None)


async def test_approving_what_is_not_held_does_nothing(units: UnitOfWorkFactory) -> None:
    async with units.writing() as unit:
        assert not await Holds(unit).approve(Hold("profile", "too many", 60, END, None))
        assert await Holds(unit).all() == []


@pytest.mark.parametrize("off", [timedelta(minutes=6), timedelta(minutes=-6), timedelta(days=300)])
async def test_clocks_that_differ(
    units: UnitOfWorkFactory, duties: Duties, caplog: pytest.LogCaptureFixture, off: timedelta
) -> None:
    await add_everything(units, BEGAN)

    async def other(unit: UnitOfWork) -> datetime:
        return unit.at + off

    disagreeing = replace(duties, breaker=Breaker(other_clock=other))
    outcome = await disagreeing.run(at=END + timedelta(days=31), slot=END)

    assert outcome == NOTHING
    assert "this machine's clock and the database's differ" in caplog.text
    assert await rows_of_rules(units) == {1}


async def test_clocks_that_differ_by_a_little(units: UnitOfWorkFactory) -> None:
    await fill(units, 1, due=1)

    async def other(unit: UnitOfWork) -> datetime:
        return unit.at - timedelta(minutes=4)

    assert (await profiles(units, breaker=Breaker(other_clock=other))) is not None


async def test_the_databases_own_clock(units: UnitOfWorkFactory) -> None:
    """Nothing is injected here: the machine's clock against PostgreSQL's."""
    async with units.writing() as unit:
        await unit.connection.execute(
            text(
                "INSERT INTO account (id, email_index, created_at, last_login_at, warned_at, version, sealed) "
                "VALUES (gen_random_uuid(), '', now(), now() - interval '2 years', now() - interval "
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


async def ran(units: UnitOfWorkFactory, at: datetime) -> None:
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
    units: UnitOfWorkFactory, before: timedelta, why: str
) -> None:
    await fill(units, 1, due=1)
    await ran(units, END - before)

    with pytest.raises(Held, match=f"everything is held.*{why}.*retention approve clock"):
        await profiles(units)
    assert (await counts(units))["account"] == 1

    await approve(units, END, CLOCK)
    assert await profiles(units, END + SECOND) is not None
    assert (await counts(units))["account"] == 0


@pytest.mark.parametrize("before", [timedelta(days=30), timedelta(0), timedelta(minutes=-4)])
async def test_a_worker_that_was_off_for_a_while(
    units: UnitOfWorkFactory, before: timedelta
) -> None:
    """It makes up for all of it by itself."""
    await fill(units, 1, due=1)
    await ran(units, END - before)

    assert await profiles(units) is not None
    assert (await counts(units))["account"] == 0


LATER = END + timedelta(days=400)


NOTHING = Outcome([], [CLOCK])
"""What a run enforces whose clock is held."""


async def everything(duties: Duties, at: datetime) -> Outcome:
    return await replace(duties, breaker=BREAKER).run(at=at, slot=at)


async def rows_of_rules(units: UnitOfWorkFactory) -> set[int]:
    """The numbers of rows in each table, without those by which the rewriting of tables is done once."""
    async with units.writing() as unit:
        await unit.connection.execute(text("DELETE FROM retention_run WHERE rule LIKE 'rewrite %'"))
    return set((await counts(units)).values())


async def test_a_jump_of_both_clocks_ends_nothing_however_often_it_is_tried(
    units: UnitOfWorkFactory, duties: Duties
) -> None:
    """A rule with nothing to end must not make the next check believe that the clock is right."""
    await add_everything(units, BEGAN)

    for minutes in (0, 5, 10):
        assert await everything(duties, LATER + timedelta(minutes=minutes)) == NOTHING

    assert await rows_of_rules(units) == {1}
    unit = units.read()
    assert [hold.rule for hold in await Holds(unit).all()] == [CLOCK]
    assert await Retention(unit).last_cut_off() == BEGAN


async def test_one_approval_of_the_clock_lets_every_rule_go_on(
    units: UnitOfWorkFactory, duties: Duties
) -> None:
    await add_everything(units, BEGAN)
    await everything(duties, LATER)
    await approve(units, LATER, CLOCK)

    outcome = await everything(duties, LATER + SECOND)

    assert outcome.failed == []
    assert [report.rule for report in outcome.reports] == RULES
    left = await counts(units)
    assert {left[name] for rule in ("visitor", "profile", "mail") for name in TABLES[rule]} == {0}
    again = await everything(duties, LATER + 2 * SECOND)
    assert [report.rule for report in again.reports] == RULES
    assert await held(units, CLOCK) is None


async def test_a_new_installation_simply_works(duties: Duties) -> None:
    """Nothing tells what time it was before the first round."""
    outcome = await everything(duties, END)

    assert outcome.failed == []
    assert [report.rule for report in outcome.reports] == RULES


async def test_a_clock_that_ran_ahead_is_settled_by_one_approval(
    units: UnitOfWorkFactory, duties: Duties
) -> None:
    """Its rounds are removed, for good: the next ones are those of any other day."""
    await ran(units, END)
    await everything(duties, LATER)
    await approve(units, LATER, CLOCK)
    await everything(duties, LATER + SECOND)
    with pytest.raises(Held, match="the clock is 400 days behind the last round"):
        await profiles(units)
    await approve(units, END + SECOND, CLOCK)

    for minutes in range(1, 4000, 900):
        await fill(units, 1, due=1)
        at = END + timedelta(minutes=minutes)
        assert await profiles(units, at) == Report("profile", 1, ANY)
    assert await held(units, CLOCK) is None
    unit = units.read()
    assert await Retention(unit).last_cut_off() == at


async def test_an_approval_of_a_clock_lasts_a_day(units: UnitOfWorkFactory) -> None:
    async def other(unit: UnitOfWork) -> datetime:
        return unit.at + timedelta(hours=1)

    behind = Breaker(other_clock=other)
    with pytest.raises(Held):
        await profiles(units, END, behind)
    await approve(units, END, CLOCK)

    for hours in (1, 12, 24):
        assert await profiles(units, END + timedelta(hours=hours), behind) is not None
    with pytest.raises(Held):
        await profiles(units, END + timedelta(hours=24, seconds=1), behind)


async def test_an_approval_of_a_clock_is_for_what_was_shown(units: UnitOfWorkFactory) -> None:
    """Not for something else that is wrong as well."""
    await ran(units, END)

    async def other(unit: UnitOfWork) -> datetime:
        return unit.at + timedelta(hours=1)

    with pytest.raises(Held):
        await profiles(units, END, Breaker(other_clock=other))
    await approve(units, END + timedelta(days=31), CLOCK)

    with pytest.raises(Held, match=r"differ by 1\.0 hours; the last round was 31 days ago"):
        await profiles(units, END + timedelta(days=31), Breaker(other_clock=other))


async def test_what_could_not_end_at_once_is_still_approved(units: UnitOfWorkFactory) -> None:
    """The approval is for so many rows, not for one round."""
    await fill(units, 120, due=110)
    with pytest.raises(Held):
        await profiles(units)
    await approve(units, END)
    async with units.writing() as unit:
        await unit.connection.execute(text("SELECT FROM account LIMIT 105 FOR UPDATE"))
        part = await profiles(units, END + SECOND)

    rest = await profiles(units, END + 2 * SECOND)

    assert part is not None
    assert rest is not None
    assert 0 < part.rows < 110
    assert part.rows + rest.rows == 110
    assert await held(units) is None


async def test_a_clock_that_is_right_again_needs_no_approval(units: UnitOfWorkFactory) -> None:
    await fill(units, 1, due=1)

    async def other(unit: UnitOfWork) -> datetime:
        return unit.at + timedelta(days=1)

    with pytest.raises(Held):
        await profiles(units, END, Breaker(other_clock=other))
    assert await held(units, CLOCK) is not None
    assert await profiles(units, END + SECOND) is not None

    assert await held(units, CLOCK) is None


async def test_a_jump_alarms_nobody(
    units: UnitOfWorkFactory, duties: Duties, clock: MovableClock, caplog: pytest.LogCaptureFixture
) -> None:
    """No warning goes out because of a clock that ran ahead."""
    await fill(units, 3, due=3)
    await ran(units, BEGAN)
    clock.at = END - timedelta(days=20)
    jumped = replace(duties, breaker=BREAKER)

    outcome = await jumped.run_in_slot()

    assert outcome == NOTHING
    assert "everything is held" in caplog.text
    unit = units.read()
    assert (await unit.connection.scalar(text("SELECT count(*) FROM mail"))) == 0
