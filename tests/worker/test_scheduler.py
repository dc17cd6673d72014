"""The worker: its retention runs, several workers, and what befalls one of their steps."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from dressform.bootstrap import bootstrap
from dressform.clock import now
from dressform.db.unit_of_work import UnitOfWork, UnitOfWorkFactory
from dressform.errors import StartupError
from dressform.policy.account_data import PROFILE
from dressform.policy.notice import CATEGORIES
from dressform.policy.sign_in_data import SESSION, SIGN_UP
from dressform.repositories.access_log_partitions import AccessLogPartitions
from dressform.repositories.member_tables import MEMBER_TABLES
from dressform.repositories.retention_runs import RetentionRuns
from dressform.settings.settings import Settings
from dressform.worker import scheduler
from dressform.worker.deletion_guard import CLOCK, DeletionGuard
from dressform.worker.enforce import MAX_ROWS_PER_SECOND
from dressform.worker.rewrite import NAME as REWRITE
from dressform.worker.runner import create_tasks
from dressform.worker.scheduler import run_scheduler
from dressform.worker.tasks import DAYS_AHEAD, WorkerTasks, _scheduled_time
from tests.conftest import MovableClock, without_clock_guard
from tests.helpers.cli import dressform, environment
from tests.helpers.members import Mailbox, MemberClient
from tests.helpers.retention import add_account, add_everything, add_visit, counts

A_YEAR_AND_A_DAY = timedelta(days=366)


async def test_a_round_ends_everything_that_is_due(
    uows: UnitOfWorkFactory, worker_tasks: WorkerTasks, clock: MovableClock
) -> None:
    await add_everything(uows, clock())
    clock.at += A_YEAR_AND_A_DAY

    reports = await worker_tasks.run_once()

    assert [report.rule for report in reports] == [category.key for category in CATEGORIES]
    # Models, sessions and links went with their account.
    assert [report.rows for report in reports] == [1, 1, 1, 1, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1]
    left = await counts(uows)
    assert left.pop("retention_run") == len(CATEGORIES) + len(MEMBER_TABLES)  # Rewritten, too.
    assert left.pop("former_username") == 1  # The name of the account is held.
    assert set(left.values()) == {0}


async def test_days_are_made_ahead(
    uows: UnitOfWorkFactory, worker_tasks: WorkerTasks, clock: MovableClock
) -> None:
    await worker_tasks.create_partitions()
    await worker_tasks.create_partitions()

    async with uows.transaction() as uow:
        days = [day.day for day in await (await AccessLogPartitions.assume_role(uow)).list_all()]
    expected = [clock().date() + timedelta(days=n) for n in range(DAYS_AHEAD + 1)]
    assert set(days) >= set(expected)


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.integers(1, 3600),
)
def test_slots_are_the_same_for_every_worker(at: datetime, seconds: int) -> None:
    """Any two moments of a slot give the same one, to the microsecond."""
    interval = timedelta(seconds=seconds)
    slot = _scheduled_time(at, interval)

    assert slot <= at < slot + interval
    assert slot.microsecond == 0
    assert _scheduled_time(slot, interval) == slot
    assert _scheduled_time(slot + interval - timedelta(microseconds=1), interval) == slot
    assert _scheduled_time(slot + interval, interval) == slot + interval


async def test_three_workers_in_one_slot_do_the_work_once(
    isolated_settings: Settings, clock: MovableClock
) -> None:
    async with AsyncExitStack() as stack:
        everyone = [
            (await stack.enter_async_context(bootstrap(isolated_settings, clock)))[0]
            for _ in range(3)
        ]
        uows = everyone[0]
        for n in range(30):
            await add_account(uows, clock(), f"ada{n}")
        clock.at += A_YEAR_AND_A_DAY
        workers = [without_clock_guard(isolated_settings, one) for one in everyone]
        outcomes = await asyncio.gather(*(worker.run_scheduled() for worker in workers))

        assert [outcome.failed for outcome in outcomes] == [[], [], []]
        done = [report for outcome in outcomes for report in outcome.reports]
        assert sorted(one.rule for one in done) == sorted(one.key for one in CATEGORIES)
        assert [one.rows for one in done if one.rule == "profile"] == [30]
        left = await counts(uows)
        assert left["account"] == 0
        assert left["retention_run"] == len(CATEGORIES) + len(MEMBER_TABLES)


@pytest.mark.slow
async def test_three_processes_at_once_do_the_work_once(isolated_settings: Settings) -> None:
    """With slots of their own, as `--once` has: rows and days are still counted once."""
    async with bootstrap(isolated_settings) as (uows, _):
        for n in range(40):
            await add_account(uows, now(), f"ada{n}")
        for n in range(3):
            await add_visit(uows, now() - timedelta(days=n))
        ahead = environment(isolated_settings, DRESSFORM_CLOCK_AHEAD="P366D")
        done = await asyncio.gather(
            *(dressform("worker", "--once", environment=ahead) for _ in range(3))
        )

        assert [one.returncode for one in done] == [0, 0, 0], [one.stderr for one in done]
        printed = [line.split() for one in done for line in one.stdout.splitlines()]
        ended = {rule: 0 for rule, *_ in printed}
        for rule, rows, *_ in printed:
            ended[rule] += int(rows)
        assert (ended["profile"], ended["visitor"]) == (40, 3)
        assert ended["model"] <= 40  # The rest went with an account that another process ended.
        left = await counts(uows)
        assert {left[name] for name in ("account", "model", "access_log", "account_key")} == {0}


async def break_table(uows: UnitOfWorkFactory, *, mend: bool = False) -> None:
    names = ("away", "session") if mend else ("session", "away")
    async with uows.transaction() as uow:
        await uow.connection.execute(text("ALTER TABLE {} RENAME TO {}".format(*names)))


async def test_a_rule_that_fails_stops_no_other(
    isolated_settings: Settings, clock: MovableClock, caplog: pytest.LogCaptureFixture
) -> None:
    async with bootstrap(isolated_settings, clock) as (uows, _):
        await add_everything(uows, clock())
        tasks = without_clock_guard(isolated_settings, uows)
        clock.at += A_YEAR_AND_A_DAY
        await break_table(uows)
        with pytest.raises(StartupError, match="session, rewrite failed"):
            await tasks.run_once()
        await break_table(uows, mend=True)

        left = await counts(uows)
        assert {left[name] for name in ("access_log", "account", "sign_up", "mail")} == {0}
        assert "session failed" in caplog.text
        uow = uows.read()
        assert await RetentionRuns(uow).get_last_run(SESSION) is None
        assert await RetentionRuns(uow).get_last_run(PROFILE) is not None
        clock.advance(minutes=5)
        assert len(await tasks.run_once()) == len(CATEGORIES)


@pytest.mark.slow
async def test_the_scheduler_goes_on_after_a_failure(
    isolated_settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """A step that failed is tried again by the next run; no other step waits for it."""
    every_second = isolated_settings.model_copy(update={"worker_interval": timedelta(seconds=1)})
    async with bootstrap(every_second) as (uows, _):
        await break_table(uows)
        async with run_scheduler(create_tasks(every_second, uows)):
            async with asyncio.timeout(20):
                while not (await runs(uows)).get("profile") or "session failed" not in caplog.text:
                    await asyncio.sleep(0.1)
                await break_table(uows, mend=True)
                while not (await runs(uows)).get("session"):
                    await asyncio.sleep(0.1)
        before = await runs(uows)
        await asyncio.sleep(1.5)

        assert await runs(uows) == before
        assert set(before) == {
            *(category.key for category in CATEGORIES),
            *(f"{REWRITE} {table.name}" for table in MEMBER_TABLES),
        }


async def runs(uows: UnitOfWorkFactory) -> dict[str, int]:
    """Finished ones, by rule."""
    uow = uows.read()
    rows = await uow.connection.execute(
        text("SELECT rule, count(*) FROM retention_run WHERE finished_at IS NOT NULL GROUP BY 1")
    )
    return {rule: count for rule, count in rows}  # noqa: C416


@asynccontextmanager
async def stopped_amid_a_run(
    uows: UnitOfWorkFactory, worker_tasks: WorkerTasks
) -> AsyncIterator[asyncio.Task[None]]:
    """The task that stops a worker whose run waits for a table that is locked in this block."""
    is_stopping = asyncio.Event()

    async def work() -> None:
        async with run_scheduler(worker_tasks):
            async with asyncio.timeout(20):
                while not (await runs(uows)).get("model"):
                    await asyncio.sleep(0.05)
            is_stopping.set()

    async with uows.transaction() as uow:
        await uow.connection.execute(text("LOCK TABLE sign_up"))
        working = asyncio.create_task(work())
        await is_stopping.wait()
        yield working
    await working


async def test_the_end_waits_for_the_run_that_is_going_on(isolated_settings: Settings) -> None:
    async with bootstrap(isolated_settings) as (uows, _):
        async with stopped_amid_a_run(uows, create_tasks(isolated_settings, uows)) as working:
            await asyncio.sleep(0.5)
            assert not working.done()

        assert set(await runs(uows)) >= {category.key for category in CATEGORIES}


async def test_the_end_does_not_wait_for_ever(
    isolated_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduler, "SHUTDOWN_TIMEOUT_SECONDS", 0.2)
    async with bootstrap(isolated_settings) as (uows, _):
        async with stopped_amid_a_run(uows, create_tasks(isolated_settings, uows)) as working:
            await asyncio.wait_for(working, 5)

        assert (await runs(uows)).keys() == {
            "repeated-request",
            "visitor",
            "profile",
            "former-username",
            "imported-account",
            "model",
        }


async def test_a_large_ending_holds_up_no_other_step(
    isolated_settings: Settings, clock: MovableClock
) -> None:
    """A rule takes half an interval at most, and goes on in the next."""
    rows = MAX_ROWS_PER_SECOND
    every_second = isolated_settings.model_copy(update={"worker_interval": timedelta(seconds=1)})
    async with bootstrap(every_second, clock) as (uows, _):
        async with uows.transaction() as uow:
            await uow.connection.execute(
                text(
                    "INSERT INTO sign_up (id, email_index, username_index, created_at, number, "
                    "key_id, wrapped_key, sealed) SELECT gen_random_uuid(), n::text::bytea, "
                    "n::text::bytea, :at, 1, '', '', '' FROM generate_series(1, :rows) n"
                ),
                {"at": clock(), "rows": rows},
            )
        clock.advance(days=8)
        tasks = without_clock_guard(every_second, uows)

        outcome = await tasks.run_scheduled()

        assert outcome.failed == []
        (first,) = [one for one in outcome.reports if one.rule == SIGN_UP.key]
        assert 0 < first.rows < rows
        assert [one.rule for one in outcome.reports] == [category.key for category in CATEGORIES]
        clock.advance(seconds=1)
        assert sum(one.rows for one in await tasks.run_once()) == rows - first.rows


async def test_a_run_checks_the_clock_once_and_only_what_depends_on_it_waits(
    uows: UnitOfWorkFactory,
    worker_tasks: WorkerTasks,
    clock: MovableClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    checks: list[datetime] = []

    async def other(uow: UnitOfWork) -> datetime:
        checks.append(uow.now)
        return uow.now - timedelta(hours=1)

    await add_everything(uows, clock())
    clock.at += A_YEAR_AND_A_DAY
    before = await counts(uows)

    outcome = await replace(worker_tasks, guard=DeletionGuard(database_clock=other)).run_scheduled()

    assert checks == [clock()]
    assert (outcome.reports, outcome.failed) == ([], [CLOCK])
    assert caplog.text.count("everything is blocked, nothing was deleted") == 1
    assert (await runs(uows)).keys() == {
        "retention-run",  # That of `add_everything`.
        *(f"{REWRITE} {table.name}" for table in MEMBER_TABLES),
    }
    assert await counts(uows) == before | {"retention_run": 1 + len(MEMBER_TABLES)}
    async with uows.transaction() as uow:
        days = {day.day for day in await (await AccessLogPartitions.assume_role(uow)).list_all()}
    assert clock().date() + timedelta(days=DAYS_AHEAD) in days


async def test_mail_that_was_not_delivered_in_time_is_not_sent(
    ada: MemberClient, mailbox: Mailbox, clock: MovableClock
) -> None:
    await ada.client.post("/v1/auth/password/forgot", json={"email": ada.email})
    clock.advance(days=7)

    assert await mailbox.collect() == []


async def test_how_each_rule_stands_is_printed(isolated_settings: Settings, tmp_path: Path) -> None:
    async with bootstrap(isolated_settings) as (uows, _):
        await add_everything(uows, now())
    await dressform("worker", "--once", environment=environment(isolated_settings))

    done = await dressform("retention", environment=environment(isolated_settings))

    assert done.returncode == 0, done.stderr
    heading, *lines = done.stdout.partition("\n\n")[0].splitlines()
    assert heading.startswith("rule ")
    told = {line.split()[0]: line for line in lines}
    assert list(told) == [category.key for category in CATEGORIES]
    today = f"{now():%Y-%m-%d}"
    assert "12 months" in told["profile"]
    for key in ("profile", "model", "visitor", "sign-up", "one-time-token"):
        assert told[key].count(today) >= 2, told[key]
    assert told["session"].count(today) >= 1
    assert "@" not in done.stdout
