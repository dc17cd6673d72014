"""What is kept past its window for a reason is counted, and told of as not quite kept."""

from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.policy.account_data import PROFILE, RESTRICTED
from dressform.retention_audit import auditor as module
from dressform.retention_audit.auditor import Auditor
from dressform.retention_audit.rule_findings import KeptRows
from dressform.worker.tasks import WorkerTasks
from tests.conftest import MovableClock
from tests.helpers.access_log import wait_until_shipped
from tests.helpers.auth import restrict
from tests.helpers.coarse_times import end_of
from tests.helpers.members import MemberClient
from tests.helpers.retention import add_account

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
PUBLIC = ("/v1/privacy/status", "/health/retention", "/metrics", "/privacy")


@pytest.fixture(autouse=True)
def _always_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FRESH_SECONDS", 0)


async def never_warned(uows: UnitOfWorkFactory) -> None:
    async with uows.transaction() as uow:
        await uow.connection.execute(text("UPDATE account SET warned_at = NULL"))


async def test_account_that_waits_for_a_warning_makes_the_verdict_late_until_it_is_overdue(
    auditor: Auditor, uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    """However often the worker runs: it knows the exception as well as the promise."""
    await add_account(uows, clock())
    await never_warned(uows)
    end = end_of(PROFILE, clock())
    found = []

    for moment in (end - SECOND, end, end + 31 * DAY, end + 31 * DAY + SECOND):
        clock.at = moment
        looked = await auditor.run_audit()
        rows = looked.profile.rows
        found.append(("unwarned" in looked.reasons, rows.unwarned, rows.waiting, rows.overdue))

    assert found == [
        (False, KeptRows(), 0, 0),
        (True, KeptRows(1, end), 0, 0),
        (True, KeptRows(1, end), 0, 0),
        (False, KeptRows(), 0, 1),
    ]


async def test_models_of_waiting_account_are_counted_as_well(
    auditor: Auditor, uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    await add_account(uows, clock())
    await never_warned(uows)
    end = clock.at = end_of(PROFILE, clock())

    model = next(rule for rule in (await auditor.run_audit()).rules if rule.key == "model")

    assert model.rows.unwarned == KeptRows(1, end)


async def test_account_warned_in_time_leaves_the_notice_kept(
    client: httpx.AsyncClient,
    uows: UnitOfWorkFactory,
    worker_tasks: WorkerTasks,
    clock: MovableClock,
) -> None:
    await add_account(uows, clock())
    clock.at = end_of(PROFILE, clock())
    await worker_tasks.run_once()

    status = (await client.get("/v1/privacy/status")).json()

    assert (status["status"], status["reasons"]) == ("kept", [])


async def test_everybody_is_told_that_accounts_wait_and_nothing_else_of_them(
    client: httpx.AsyncClient,
    uows: UnitOfWorkFactory,
    worker_tasks: WorkerTasks,
    clock: MovableClock,
) -> None:
    """One more that waits changes not a letter."""
    await add_account(uows, clock())
    later = clock() + 2 * DAY
    await add_account(uows, later, "bob")
    await never_warned(uows)
    end = end_of(PROFILE, clock())
    clock.at = end + DAY
    await worker_tasks.run_once()
    status = (await client.get("/v1/privacy/status")).json()
    of_one = [(await client.get(path)).text for path in PUBLIC[:1]]
    french = (await client.get("/v1/privacy/status?language=fr")).json()
    health = await client.get("/health/retention")

    assert status["status"] == french["status"] == "late"
    assert [reason["key"] for reason in status["reasons"]] == ["unwarned"]
    assert status["reasons"][0]["sentence"] in (await client.get("/privacy")).text
    assert french["reasons"][0]["sentence"] != status["reasons"][0]["sentence"]
    assert (health.status_code, health.json()["status"]) == (200, "late")
    assert health.json()["reasons"] == ["unwarned"]
    assert health.json()["unwarned_accounts"] == 10
    metrics = (await client.get("/metrics")).text
    assert "dressform_retention_unwarned_accounts 10.0" in metrics
    async with uows.transaction() as uow:
        moved = "UPDATE account SET last_login_at = last_login_at - interval '2 days'"
        await uow.connection.execute(text(moved))
    assert [(await client.get(path)).text for path in PUBLIC[:1]] == of_one
    assert (await client.get("/metrics")).text.count("unwarned_accounts 10.0") == 1


async def test_restricted_account_past_its_window_is_counted_and_the_notice_kept(
    client: httpx.AsyncClient,
    app: FastAPI,
    auditor: Auditor,
    ada: MemberClient,
    *,
    worker_tasks: WorkerTasks,
    clock: MovableClock,
) -> None:
    await restrict(ada)
    await wait_until_shipped(app.state.shipper)
    end = end_of(PROFILE, clock())
    clock.at = end + 100 * DAY
    await worker_tasks.run_once()

    looked = await auditor.run_audit()
    health = (await client.get("/health/retention")).json()

    assert looked.profile.rows.restricted == KeptRows(1, end)
    assert (looked.verdict, health["restricted_accounts"]) == ("kept", 10)
    assert "dressform_retention_restricted_accounts 10.0" in (await client.get("/metrics")).text
    clock.at = RESTRICTED.period.expires_at(end) + 31 * DAY + SECOND
    late = await auditor.run_audit()
    assert (late.profile.rows.restricted, late.profile.rows.overdue) == (KeptRows(), 1)
