"""`dressform retention approve`, as an operator runs it, after the worker has held a round."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from sqlalchemy import text

from dressform.bootstrap import bootstrap
from dressform.clock import now
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.policy.sign_in_data import SESSION
from dressform.repositories.retention_runs import RetentionRuns
from dressform.settings.settings import Settings
from tests.helpers.cli import dressform, environment
from tests.helpers.retention import add_account, add_visit, counts

pytestmark = pytest.mark.slow


async def fill(uows: UnitOfWorkFactory) -> None:
    """Sixty accounts that are over."""
    async with uows.transaction() as uow:
        await uow.connection.execute(
            text(
                "INSERT INTO account (id, email_index, created_at, last_login_at, warned_at, version, sealed) "
                "SELECT gen_random_uuid(), sha256(n::text::bytea), now(), now() - interval '2 years', "
                "now() - interval '1 year', 1, '' FROM generate_series(1, 60) n"
            )
        )


async def left(uows: UnitOfWorkFactory) -> int:
    uow = uows.read()
    return int(await uow.connection.scalar(text("SELECT count(*) FROM account")) or 0)


async def test_from_held_to_approved(isolated_settings: Settings) -> None:
    told = environment(isolated_settings)
    async with bootstrap(isolated_settings) as (uows, _):
        await fill(uows)
        held = await dressform("worker", "--once", environment=told)
        assert held.returncode == 1
        assert (
            "profile is blocked, nothing was deleted: 60 of 60 rows are due at once" in held.stderr
        )
        assert "Traceback" not in held.stderr
        assert "profile failed" in held.stderr
        assert await left(uows) == 60
        shown = await dressform("retention", environment=told)
        assert "profile is blocked since" in shown.stdout
        assert "dressform retention approve profile" in shown.stdout

        other = await dressform("retention", "approve", "session", environment=told)
        assert other.stdout == "session is not blocked.\n"
        unknown = await dressform("retention", "approve", "nonsense", environment=told)
        assert unknown.returncode == 1
        assert "There is no rule nonsense: they are visitor, profile, " in unknown.stderr
        refused = await dressform("retention", "approve", environment=told, typed="n\n")
        assert (refused.returncode, "Is that right" in refused.stdout) == (0, True), refused.stderr
        assert (await dressform("worker", "--once", environment=told)).returncode == 1
        assert await left(uows) == 60

        approved = await dressform("retention", "approve", "--yes", environment=told)
        assert approved.stdout == (
            "profile: 60 of 60 rows are due at once (60 rows).\n"
            "profile is approved: the next run goes on.\n"
        )
        done = await dressform("worker", "--once", environment=told)
        assert done.returncode == 0, done.stderr
        assert await left(uows) == 0
        none = await dressform("retention", "approve", environment=told)
        assert none.stdout == "No rule is blocked.\n"


async def test_a_worker_that_was_off_for_long_asks_before_it_ends_anything(
    isolated_settings: Settings,
) -> None:
    """As the scheduler runs the rules, most of which have nothing to end."""
    told = environment(isolated_settings, DRESSFORM_WORKER_INTERVAL="PT1S")
    async with bootstrap(isolated_settings) as (uows, _):
        await add_visit(uows, now() - timedelta(days=300))
        async with uows.transaction(now=now() - timedelta(days=40)) as uow:
            run = await RetentionRuns(uow).claim(SESSION.key, uow.now)
            assert run is not None
            await RetentionRuns(uow).finish(run, rows=0, seconds=0.1)

        async with working(told):
            await asyncio.sleep(5)
            assert (await counts(uows))["access_log"] == 1
            assert await rules_enforced(uows) == 1
            approved = await dressform("retention", "approve", "clock", "--yes", environment=told)
            assert "clock: the last run was 40 days ago" in approved.stdout
            async with asyncio.timeout(20):
                while (await counts(uows))["access_log"]:
                    await asyncio.sleep(0.2)


async def rules_enforced(uows: UnitOfWorkFactory) -> int:
    """Return the number of rounds of rules: the rewriting of the tables has its own in the ledger."""
    uow = uows.read()
    query = "SELECT count(*) FROM retention_run WHERE rule NOT LIKE 'rewrite %'"
    return int(await uow.connection.scalar(text(query)) or 0)


async def test_from_a_clock_ahead_back_to_the_right_one(isolated_settings: Settings) -> None:
    """One approval, and rounds are as ever; no round from the future is shown as the last one."""
    told = environment(isolated_settings)
    ahead = environment(isolated_settings, DRESSFORM_CLOCK_AHEAD="P185D")
    async with bootstrap(isolated_settings) as (uows, _):
        for _ in range(2):
            assert (await dressform("worker", "--once", environment=ahead)).returncode == 0
        held = await dressform("worker", "--once", environment=told)
        assert held.returncode == 1
        assert held.stderr.count("the clock is 185 days behind the last run") == 1
        assert "Traceback" not in held.stderr
        shown = await dressform("retention", environment=told)
        (visitor,) = [line for line in shown.stdout.splitlines() if line.startswith("visitor ")]
        assert visitor.split()[3:] == ["none", "none", "none", "0", "0"]
        assert "clock is blocked since" in shown.stdout
        assert "if that is right: dressform retention approve clock." in shown.stdout
        assert "rows are from the future, dated by a clock" in shown.stdout
        await dressform("retention", "approve", "--yes", environment=told)

        for name in ("ada", "bob"):
            await add_account(uows, now() - timedelta(days=366), name)
            done = await dressform("worker", "--once", environment=told)
            assert done.returncode == 0, done.stderr
            assert await left(uows) == 0
        assert (await dressform("retention", "approve", environment=told)).stdout == (
            "No rule is blocked.\n"
        )


@asynccontextmanager
async def working(told: dict[str, str]) -> AsyncIterator[None]:
    """A worker, as a process of its own."""
    worker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "dressform", "worker"), env=told, cwd=told["DRESSFORM_STATE_DIR"]
    )
    try:
        yield
    finally:
        worker.terminate()
        await worker.wait()
