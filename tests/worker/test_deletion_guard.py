"""A round that would end far too much, or whose clock jumped, ends nothing until somebody says so."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from unittest.mock import ANY

import pytest
from sqlalchemy import text

from dressform.clock import now
from dressform.db.unit_of_work import UnitOfWork, UnitOfWorkFactory
from dressform.policy.account_data import PROFILE
from dressform.policy.notice import CATEGORIES
from dressform.policy.sign_in_data import SESSION
from dressform.repositories.purge_blocks import PurgeBlocks, StoredPurgeBlock
from dressform.repositories.retention_runs import RetentionRuns
from dressform.worker.deletion_guard import (
    CLOCK,
    MIN_THRESHOLD_ROWS,
    DeletionGuard,
    PendingDeletion,
    PurgeBlockedError,
)
from dressform.worker.enforce import RunResult, enforce
from dressform.worker.tasks import Outcome, WorkerTasks
from tests.conftest import MovableClock
from tests.helpers.retention import TABLES, add_everything, counts

BEGAN = datetime(2026, 8, 31, 15, 30, 45, tzinfo=UTC)
END = PROFILE.period.expires_at(BEGAN)
SECOND = timedelta(seconds=1)


async def agreeing(uow: UnitOfWork) -> datetime:
    return uow.now


BREAKER = DeletionGuard(database_clock=agreeing)
RULES = [category.key for category in CATEGORIES]


async def fill(uows: UnitOfWorkFactory, accounts: int, *, due: int) -> None:
    """Accounts of which some are over at END, as they are in the table."""
    async with uows.transaction() as uow:
        await uow.connection.execute(
            text(
                "INSERT INTO account (id, email_index, created_at, last_login_at, warned_at, version, sealed) "
                "SELECT gen_random_uuid(), sha256(n::text::bytea), :at, CAST(:at AS timestamptz) + "
                "CASE WHEN n > :due THEN interval '1 day' ELSE interval '0' END, :at, 1, '' "
                "FROM generate_series(1, :accounts) n"
            ),
            {"at": BEGAN, "accounts": accounts, "due": due},
        )


async def profiles(
    uows: UnitOfWorkFactory, at: datetime = END, guard: DeletionGuard = BREAKER
) -> RunResult | None:
    """A run's check of the clock, and the rule of accounts."""
    await guard.check_clock(uows, now=at)
    return await enforce(PROFILE, uows, now=at, scheduled_for=at, guard=guard)


async def held(uows: UnitOfWorkFactory, rule: str = "profile") -> StoredPurgeBlock | None:
    uow = uows.read()
    return await PurgeBlocks(uow).get_for_update(rule)


async def approve(uows: UnitOfWorkFactory, at: datetime, rule: str = "profile") -> None:
    async with uows.transaction(now=at) as uow:
        hold = await PurgeBlocks(uow).get_for_update(rule)
        assert hold is not None
        assert await PurgeBlocks(uow).approve(hold)


@pytest.mark.parametrize(
    ("due", "of", "too_many"),
    [(50, 50, False), (51, 51, True), (51, 2549, True), (51, 2550, False), (2000, 100_000, False)],
)
def test_fifty_or_two_percent(due: int, of: int, *, too_many: bool) -> None:
    assert PendingDeletion(due, of).exceeds_threshold() is too_many


async def test_as_many_as_is_always_allowed(uows: UnitOfWorkFactory) -> None:
    await fill(uows, MIN_THRESHOLD_ROWS, due=MIN_THRESHOLD_ROWS)

    report = await profiles(uows)

    assert report is not None
    assert report.rows == MIN_THRESHOLD_ROWS
    assert await held(uows) is None


async def test_one_too_many_ends_nothing(uows: UnitOfWorkFactory) -> None:
    await fill(uows, 60, due=51)

    with pytest.raises(
        PurgeBlockedError, match=r"51 of 60 rows are due at once.*retention approve profile"
    ):
        await profiles(uows)

    hold = await held(uows)
    assert hold is not None
    assert (hold.rows, hold.blocked_at, hold.approved_at) == (51, END, None)
    assert (await counts(uows))["account"] == 60
    uow = uows.read(now=END)
    assert await RetentionRuns(uow).get_last_run(PROFILE) is None


async def test_two_percent_of_many(uows: UnitOfWorkFactory) -> None:
    await fill(uows, 3000, due=60)

    report = await profiles(uows)

    assert report is not None
    assert report.rows == 60


async def test_it_stays_held_until_it_is_approved(uows: UnitOfWorkFactory) -> None:
    await fill(uows, 60, due=51)
    for minutes in (0, 5, 10):
        with pytest.raises(PurgeBlockedError):
            await profiles(uows, END + timedelta(minutes=minutes))
    hold = await held(uows)
    assert hold is not None
    assert hold.blocked_at == END

    await approve(uows, END + timedelta(minutes=11))
    report = await profiles(uows, END + timedelta(minutes=15))

    assert report is not None
    assert report.rows == 51
    assert (await counts(uows))["account"] == 9
    assert await held(uows) is None


async def test_an_approval_is_for_what_was_shown(uows: UnitOfWorkFactory) -> None:
    """Not for ten times as much."""
    await fill(uows, 600, due=51)
    with pytest.raises(PurgeBlockedError):
        await profiles(uows)
    await approve(uows, END)

    with pytest.raises(PurgeBlockedError, match="600 of 600"):
        await profiles(uows, END + timedelta(days=1))

    hold = await held(uows)
    assert hold is not None
    assert (hold.rows, hold.approved_at) == (600, None)
    assert (await counts(uows))["account"] == 600


async def test_an_approval_lasts_a_day(uows: UnitOfWorkFactory) -> None:
    await fill(uows, 51, due=51)
    with pytest.raises(PurgeBlockedError):
        await profiles(uows)
    await approve(uows, END)

    with pytest.raises(PurgeBlockedError):
        await profiles(uows, END + timedelta(days=1, seconds=1))


async def test_nothing_but_what_was_shown_is_approved(uows: UnitOfWorkFactory) -> None:
    await fill(uows, 60, due=51)
    with pytest.raises(PurgeBlockedError):
        await profiles(uows)
    shown = await held(uows)
    assert shown is not None
    with pytest.raises(PurgeBlockedError):
        await profiles(uows, END + timedelta(days=1))

    async with uows.transaction() as uow:
        assert not await PurgeBlocks(uow).approve(shown)

    still = await held(uows)
    assert still is not None
    assert (still.rows, still.approved_at) == (60, None)


async def test_approving_what_is_not_held_does_nothing(uows: UnitOfWorkFactory) -> None:
    async with uows.transaction() as uow:
        assert not await PurgeBlocks(uow).approve(
            StoredPurgeBlock("profile", "too many", 60, END, None)
        )
        assert await PurgeBlocks(uow).list_all() == []


@pytest.mark.parametrize("off", [timedelta(minutes=6), timedelta(minutes=-6), timedelta(days=300)])
async def test_clocks_that_differ(
    uows: UnitOfWorkFactory,
    worker_tasks: WorkerTasks,
    caplog: pytest.LogCaptureFixture,
    off: timedelta,
) -> None:
    await add_everything(uows, BEGAN)

    async def other(uow: UnitOfWork) -> datetime:
        return uow.now + off

    disagreeing = replace(worker_tasks, guard=DeletionGuard(database_clock=other))
    outcome = await disagreeing.run(now=END + timedelta(days=31), scheduled_for=END)

    assert outcome == NOTHING
    assert "this machine's clock and the database's differ" in caplog.text
    assert await rows_of_rules(uows) == {1}


async def test_clocks_that_differ_by_a_little(uows: UnitOfWorkFactory) -> None:
    await fill(uows, 1, due=1)

    async def other(uow: UnitOfWork) -> datetime:
        return uow.now - timedelta(minutes=4)

    assert (await profiles(uows, guard=DeletionGuard(database_clock=other))) is not None


async def test_the_databases_own_clock(uows: UnitOfWorkFactory) -> None:
    """Nothing is injected here: the machine's clock against PostgreSQL's."""
    async with uows.transaction() as uow:
        await uow.connection.execute(
            text(
                "INSERT INTO account (id, email_index, created_at, last_login_at, warned_at, version, sealed) "
                "VALUES (gen_random_uuid(), '', now(), now() - interval '2 years', now() - interval "
                "'1 year', 1, '')"
            )
        )
    with pytest.raises(PurgeBlockedError, match="differ by"):
        await profiles(uows, now() + timedelta(hours=1), DeletionGuard())
    with pytest.raises(PurgeBlockedError, match="differ by"):
        await profiles(uows, now(), DeletionGuard(clock_offset=timedelta(hours=1)))

    ahead = DeletionGuard(clock_offset=timedelta(hours=1))
    assert await profiles(uows, now() + timedelta(hours=1), ahead) is not None
    assert (await counts(uows))["account"] == 0


async def ran(uows: UnitOfWorkFactory, at: datetime) -> None:
    assert await enforce(SESSION, uows, now=at, scheduled_for=at, guard=BREAKER) is not None


@pytest.mark.parametrize(
    ("before", "why"),
    [
        (timedelta(days=30, seconds=1), "the last run was 30 days ago"),
        (timedelta(minutes=-6), "the clock is 6 minutes behind the last run"),
        (timedelta(days=-400), "the clock is 400 days behind the last run"),
    ],
)
async def test_a_clock_that_jumped_since_the_last_round(
    uows: UnitOfWorkFactory, before: timedelta, why: str
) -> None:
    await fill(uows, 1, due=1)
    await ran(uows, END - before)

    with pytest.raises(
        PurgeBlockedError, match=f"everything is blocked.*{why}.*retention approve clock"
    ):
        await profiles(uows)
    assert (await counts(uows))["account"] == 1

    await approve(uows, END, CLOCK)
    assert await profiles(uows, END + SECOND) is not None
    assert (await counts(uows))["account"] == 0


@pytest.mark.parametrize("before", [timedelta(days=30), timedelta(0), timedelta(minutes=-4)])
async def test_a_worker_that_was_off_for_a_while(
    uows: UnitOfWorkFactory, before: timedelta
) -> None:
    """It makes up for all of it by itself."""
    await fill(uows, 1, due=1)
    await ran(uows, END - before)

    assert await profiles(uows) is not None
    assert (await counts(uows))["account"] == 0


LATER = END + timedelta(days=400)


NOTHING = Outcome([], [CLOCK])
"""What a run enforces whose clock is held."""


async def everything(worker_tasks: WorkerTasks, at: datetime) -> Outcome:
    return await replace(worker_tasks, guard=BREAKER).run(now=at, scheduled_for=at)


async def rows_of_rules(uows: UnitOfWorkFactory) -> set[int]:
    """The numbers of rows in each table, without those by which the rewriting of tables is done once."""
    async with uows.transaction() as uow:
        await uow.connection.execute(text("DELETE FROM retention_run WHERE rule LIKE 'rewrite %'"))
    return set((await counts(uows)).values())


async def test_a_jump_of_both_clocks_ends_nothing_however_often_it_is_tried(
    uows: UnitOfWorkFactory, worker_tasks: WorkerTasks
) -> None:
    """A rule with nothing to end must not make the next check believe that the clock is right."""
    await add_everything(uows, BEGAN)

    for minutes in (0, 5, 10):
        assert await everything(worker_tasks, LATER + timedelta(minutes=minutes)) == NOTHING

    assert await rows_of_rules(uows) == {1}
    uow = uows.read()
    assert [hold.rule for hold in await PurgeBlocks(uow).list_all()] == [CLOCK]
    assert await RetentionRuns(uow).get_last_cutoff() == BEGAN


async def test_one_approval_of_the_clock_lets_every_rule_go_on(
    uows: UnitOfWorkFactory, worker_tasks: WorkerTasks
) -> None:
    await add_everything(uows, BEGAN)
    await everything(worker_tasks, LATER)
    await approve(uows, LATER, CLOCK)

    outcome = await everything(worker_tasks, LATER + SECOND)

    assert outcome.failed == []
    assert [report.rule for report in outcome.reports] == RULES
    left = await counts(uows)
    assert {left[name] for rule in ("visitor", "profile", "mail") for name in TABLES[rule]} == {0}
    again = await everything(worker_tasks, LATER + 2 * SECOND)
    assert [report.rule for report in again.reports] == RULES
    assert await held(uows, CLOCK) is None


async def test_a_new_installation_simply_works(worker_tasks: WorkerTasks) -> None:
    """Nothing tells what time it was before the first round."""
    outcome = await everything(worker_tasks, END)

    assert outcome.failed == []
    assert [report.rule for report in outcome.reports] == RULES


async def test_a_clock_that_ran_ahead_is_settled_by_one_approval(
    uows: UnitOfWorkFactory, worker_tasks: WorkerTasks
) -> None:
    """Its rounds are removed, for good: the next ones are those of any other day."""
    await ran(uows, END)
    await everything(worker_tasks, LATER)
    await approve(uows, LATER, CLOCK)
    await everything(worker_tasks, LATER + SECOND)
    with pytest.raises(PurgeBlockedError, match="the clock is 400 days behind the last run"):
        await profiles(uows)
    await approve(uows, END + SECOND, CLOCK)

    for minutes in range(1, 4000, 900):
        await fill(uows, 1, due=1)
        at = END + timedelta(minutes=minutes)
        assert await profiles(uows, at) == RunResult("profile", 1, ANY)
    assert await held(uows, CLOCK) is None
    uow = uows.read()
    assert await RetentionRuns(uow).get_last_cutoff() == at


async def test_an_approval_of_a_clock_lasts_a_day(uows: UnitOfWorkFactory) -> None:
    async def other(uow: UnitOfWork) -> datetime:
        return uow.now + timedelta(hours=1)

    behind = DeletionGuard(database_clock=other)
    with pytest.raises(PurgeBlockedError):
        await profiles(uows, END, behind)
    await approve(uows, END, CLOCK)

    for hours in (1, 12, 24):
        assert await profiles(uows, END + timedelta(hours=hours), behind) is not None
    with pytest.raises(PurgeBlockedError):
        await profiles(uows, END + timedelta(hours=24, seconds=1), behind)


async def test_an_approval_of_a_clock_is_for_what_was_shown(uows: UnitOfWorkFactory) -> None:
    """Not for something else that is wrong as well."""
    await ran(uows, END)

    async def other(uow: UnitOfWork) -> datetime:
        return uow.now + timedelta(hours=1)

    with pytest.raises(PurgeBlockedError):
        await profiles(uows, END, DeletionGuard(database_clock=other))
    await approve(uows, END + timedelta(days=31), CLOCK)

    with pytest.raises(
        PurgeBlockedError, match=r"differ by 1\.0 hours; the last run was 31 days ago"
    ):
        await profiles(uows, END + timedelta(days=31), DeletionGuard(database_clock=other))


async def test_what_could_not_end_at_once_is_still_approved(uows: UnitOfWorkFactory) -> None:
    """The approval is for so many rows, not for one round."""
    await fill(uows, 120, due=110)
    with pytest.raises(PurgeBlockedError):
        await profiles(uows)
    await approve(uows, END)
    async with uows.transaction() as uow:
        await uow.connection.execute(text("SELECT FROM account LIMIT 105 FOR UPDATE"))
        part = await profiles(uows, END + SECOND)

    rest = await profiles(uows, END + 2 * SECOND)

    assert part is not None
    assert rest is not None
    assert 0 < part.rows < 110
    assert part.rows + rest.rows == 110
    assert await held(uows) is None


async def test_a_clock_that_is_right_again_needs_no_approval(uows: UnitOfWorkFactory) -> None:
    await fill(uows, 1, due=1)

    async def other(uow: UnitOfWork) -> datetime:
        return uow.now + timedelta(days=1)

    with pytest.raises(PurgeBlockedError):
        await profiles(uows, END, DeletionGuard(database_clock=other))
    assert await held(uows, CLOCK) is not None
    assert await profiles(uows, END + SECOND) is not None

    assert await held(uows, CLOCK) is None


async def test_a_jump_alarms_nobody(
    uows: UnitOfWorkFactory,
    worker_tasks: WorkerTasks,
    clock: MovableClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """No warning goes out because of a clock that ran ahead."""
    await fill(uows, 3, due=3)
    await ran(uows, BEGAN)
    clock.at = END - timedelta(days=20)
    jumped = replace(worker_tasks, guard=BREAKER)

    outcome = await jumped.run_scheduled()

    assert outcome == NOTHING
    assert "everything is blocked" in caplog.text
    uow = uows.read()
    assert (await uow.connection.scalar(text("SELECT count(*) FROM mail"))) == 0
