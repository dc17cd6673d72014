"""One rule, enforced: what goes at which second, in batches, with others at work."""

import asyncio
import random
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.policy.account_data import MODEL, PROFILE
from dressform.policy.category import Category
from dressform.policy.notice import CATEGORIES
from dressform.policy.operation_data import RETENTION_RUN, VISITOR
from dressform.repositories.accounts import Accounts
from dressform.repositories.expired_rows import BATCH, ExpiredRows
from dressform.repositories.retention_runs import RetentionRuns
from dressform.worker.enforce import RunResult, enforce
from tests.conftest import WITHOUT_CLOCK_GUARD
from tests.helpers.retention import (
    TABLES,
    add_account,
    add_everything,
    add_visit,
    counts,
    end_of,
    warn,
)

BEGAN = datetime(2026, 8, 31, 15, 30, 45, tzinfo=UTC)
SECOND = timedelta(seconds=1)

categories = pytest.mark.parametrize("category", CATEGORIES, ids=lambda category: category.key)


async def enforced(category: Category, uows: UnitOfWorkFactory, at: datetime) -> RunResult:
    report = await enforce(category, uows, now=at, scheduled_for=at, guard=WITHOUT_CLOCK_GUARD)
    assert report is not None
    return report


@categories
async def test_it_ends_to_the_second_and_nothing_else(
    uows: UnitOfWorkFactory, category: Category
) -> None:
    """A rule's own record begins when it is enforced, so it stays."""
    await add_everything(uows, BEGAN)
    before = await counts(uows)
    assert set(before.values()) == {1}
    end = end_of(category, BEGAN)

    early = await enforced(category, uows, end - SECOND)
    still_there = await counts(uows)
    on_time = await enforced(category, uows, end)
    left = await counts(uows)

    assert (early.rows, on_time.rows) == (0, 1)
    assert still_there == before | {"retention_run": 2}
    cascade = set().union(
        *(
            TABLES[key]
            for key in ("model", "session", "one-time-token", "confirmed-link", "repeated-request")
        )
    )
    gone = TABLES[category.key] | (cascade if category is PROFILE else set())
    runs = 2 if category is RETENTION_RUN else 3
    # The name of a deleted account is held, beside the one that the account had before.
    held = {"former_username": 2} if category is PROFILE else {}
    assert left == before | dict.fromkeys(gone, 0) | {"retention_run": runs} | held


@categories
async def test_a_microsecond_decides(uows: UnitOfWorkFactory, category: Category) -> None:
    await add_everything(uows, BEGAN)
    end = end_of(category, BEGAN)

    assert (await enforced(category, uows, end - timedelta(microseconds=1))).rows == 0
    assert (await enforced(category, uows, end)).rows == 1


@categories
async def test_a_year_without_a_worker_is_made_up_for(
    uows: UnitOfWorkFactory, category: Category
) -> None:
    await add_everything(uows, BEGAN)

    report = await enforced(category, uows, end_of(category, BEGAN) + timedelta(days=365))

    assert report.rows == 1


async def test_who_never_logged_in_is_found_too(uows: UnitOfWorkFactory) -> None:
    """Counted from the account's making when there was no login."""
    await add_account(uows, BEGAN)

    assert (await enforced(PROFILE, uows, end_of(PROFILE, BEGAN))).rows == 1


async def test_a_login_begins_the_window_anew(uows: UnitOfWorkFactory) -> None:
    owner = await add_account(uows, BEGAN)
    later = BEGAN + timedelta(days=200)
    async with uows.transaction(now=later) as uow:
        found = await Accounts(uow).get_by_id(owner.account_id)
        assert found is not None
        assert await Accounts(uow).record_login(found)
    await warn(uows, owner)

    for category in (MODEL, PROFILE):
        assert (await enforced(category, uows, end_of(category, BEGAN))).rows == 0
        assert (await enforced(category, uows, end_of(category, later) - SECOND)).rows == 0
        assert (await enforced(category, uows, end_of(category, later))).rows == 1


async def test_days_of_the_log_go_whole(uows: UnitOfWorkFactory) -> None:
    """The last record of a day goes with its first; the next day stays."""
    midnight = datetime(2026, 8, 30, tzinfo=UTC)
    for moment in (
        midnight,
        midnight + timedelta(hours=23, minutes=59),
        midnight + timedelta(days=2),
    ):
        await add_visit(uows, moment)

    assert (await enforced(VISITOR, uows, datetime(2027, 2, 28, tzinfo=UTC) - SECOND)).rows == 0
    assert (await enforced(VISITOR, uows, datetime(2027, 2, 28, tzinfo=UTC))).rows == 2
    assert (await counts(uows))["access_log"] == 1


async def fill(uows: UnitOfWorkFactory, rows: int) -> None:
    """Due in batches of more than one."""
    async with uows.transaction() as uow:
        await uow.connection.execute(
            text(
                "INSERT INTO retention_run (id, rule, slot, started_at, cutoff_at) "
                "SELECT gen_random_uuid(), 'filled', CAST(:at AS timestamptz) + n * interval '1 s', :at, :at "
                "FROM generate_series(1, :rows) n"
            ),
            {"at": BEGAN, "rows": rows},
        )


async def test_it_goes_in_batches(uows: UnitOfWorkFactory) -> None:
    await fill(uows, 2 * BATCH + 1)
    batches = []
    for _ in range(4):
        async with uows.transaction(now=end_of(RETENTION_RUN, BEGAN)) as uow:
            batches.append(await ExpiredRows(uow, RETENTION_RUN).delete_batch())

    assert batches == [BATCH, BATCH, 1, 0]


async def test_all_batches_in_one_go(uows: UnitOfWorkFactory) -> None:
    await fill(uows, 3 * BATCH)

    report = await enforced(RETENTION_RUN, uows, end_of(RETENTION_RUN, BEGAN))

    assert report.rows == 3 * BATCH
    assert report.seconds > 0


async def test_batches_of_two_at_once_do_not_wait_for_each_other(uows: UnitOfWorkFactory) -> None:
    await fill(uows, 2 * BATCH)
    at = end_of(RETENTION_RUN, BEGAN)
    async with uows.transaction(now=at) as one, uows.transaction(now=at) as other:
        ended = [await ExpiredRows(uow, RETENTION_RUN).delete_batch() for uow in (one, other)]

    assert ended == [BATCH, BATCH]
    assert (await counts(uows))["retention_run"] == 0


async def test_a_slot_is_enforced_once(uows: UnitOfWorkFactory) -> None:
    await add_everything(uows, BEGAN)
    at = end_of(PROFILE, BEGAN)

    reports = await asyncio.gather(
        *(
            enforce(PROFILE, uows, now=at, scheduled_for=at, guard=WITHOUT_CLOCK_GUARD)
            for _ in range(5)
        ),
        return_exceptions=True,
    )

    assert [report.rows for report in reports if isinstance(report, RunResult)] == [1]
    assert reports.count(None) == 4


async def test_whoever_is_logging_in_is_left_alone(uows: UnitOfWorkFactory) -> None:
    """The login began a moment before the end and is not committed when the rule comes by."""
    owner = await add_account(uows, BEGAN)
    end = end_of(PROFILE, BEGAN)
    async with uows.transaction(now=end - SECOND) as uow:
        found = await Accounts(uow).get_by_id(owner.account_id)
        assert found is not None
        assert await Accounts(uow).record_login(found)
        for category in (MODEL, PROFILE):
            report = await asyncio.wait_for(enforced(category, uows, end), 10)
            assert report.rows == 0

    assert (await enforced(PROFILE, uows, end + SECOND)).rows == 0
    assert (await counts(uows))["model"] == 1


async def test_a_login_during_the_round_saves_the_account_or_comes_too_late(
    uows: UnitOfWorkFactory,
) -> None:
    """Whichever is first: never half an account, never a login into one that goes."""
    end = end_of(PROFILE, BEGAN)
    outcomes: set[bool] = set()
    for n in range(40):
        owner = await add_account(uows, BEGAN, f"ada{n}")
        uow = uows.read()
        found = await Accounts(uow).get_by_id(owner.account_id)
        assert found is not None

        async def log_in(found: object = found) -> bool:
            await asyncio.sleep(random.random() * 0.03)
            async with uows.transaction(now=end - SECOND) as uow:
                counted = await Accounts(uow).record_login(found)  # type: ignore[arg-type]
                await asyncio.sleep(random.random() * 0.004)
            return counted

        async def purge(slot: datetime = end + n * SECOND) -> RunResult | None:
            await asyncio.sleep(random.random() * 0.006)
            return await enforce(
                PROFILE, uows, now=end, scheduled_for=slot, guard=WITHOUT_CLOCK_GUARD
            )

        logged_in, report = await asyncio.gather(log_in(), purge())

        assert report is not None
        assert report.rows == (0 if logged_in else 1)
        left = await counts(uows)
        here = 1 if logged_in else 0
        assert {left[name] for name in TABLES["profile"] | TABLES["model"]} == {here}
        outcomes.add(logged_in)
        async with uows.transaction() as uow:
            await Accounts(uow).delete(owner)

    assert outcomes == {True, False}


async def test_a_run_remembers_what_it_did_and_nothing_of_whom(uows: UnitOfWorkFactory) -> None:
    await add_everything(uows, BEGAN)
    end = end_of(PROFILE, BEGAN)
    await enforced(PROFILE, uows, end)

    uow = uows.read(now=end)
    found = await uow.connection.execute(text("SELECT * FROM retention_run WHERE rule = 'profile'"))
    (run,) = [dict(row) for row in found]
    last = await RetentionRuns(uow).get_last_run(PROFILE)

    assert set(run) == {
        *("id", "rule", "slot", "started_at", "finished_at", "cutoff_at", "rows", "seconds"),
        "expires_at",
    }
    assert (run["rule"], run["cutoff_at"], run["rows"]) == ("profile", end, 1)
    assert 0 < run["seconds"] < 10
    assert last is not None
    assert last.rows == 1


async def test_an_interrupted_run_is_none(uows: UnitOfWorkFactory) -> None:
    """Claimed and never finished: it is not shown as the last one, and hinders nobody."""
    await add_everything(uows, BEGAN)
    async with uows.transaction(now=BEGAN) as uow:
        assert await RetentionRuns(uow).claim(PROFILE.key, BEGAN) is not None
        assert await RetentionRuns(uow).get_last_run(PROFILE) is None

    assert (await enforced(PROFILE, uows, end_of(PROFILE, BEGAN))).rows == 1
