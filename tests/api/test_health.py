"""What probes are told."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.errors import Unavailable
from dressform.policy.notice import CATEGORIES
from dressform.policy.sign_in_data import SESSION
from dressform.retention_audit import auditor
from dressform.settings.settings import Settings
from dressform.worker.tasks import WorkerTasks
from tests.conftest import MovableClock
from tests.helpers import retention_trouble as trouble
from tests.helpers.coarse_times import end_of
from tests.helpers.retention import add_everything


@pytest.fixture
async def older_schema(uows: UnitOfWorkFactory) -> AsyncIterator[None]:
    """The database as it is before an upgrade."""
    async with uows.transaction() as uow:
        version = (
            await uow.connection.execute(text("SELECT version_num FROM alembic_version"))
        ).scalar_one()
        await uow.connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    yield
    async with uows.transaction() as uow:
        await uow.connection.execute(
            text("UPDATE alembic_version SET version_num = :version"), {"version": version}
        )


async def test_it_lives(client: httpx.AsyncClient) -> None:
    response = await client.get("/health/live")

    assert response.json() == {"status": "live"}
    assert response.headers["Cache-Control"] == "no-store"


async def test_it_is_ready_before_any_worker_was_seen(client: httpx.AsyncClient) -> None:
    response = await client.get("/health/ready")

    assert response.status_code == 200
    assert response.json() == {
        "status": "ready",
        "database": "ok",
        "migrations": "current",
        "access_log": "ok",
        "worker": "never_seen",
        "last_run_at": None,
        "last_run_age_seconds": None,
    }


async def test_it_tells_the_age_of_the_last_round(
    client: httpx.AsyncClient, worker_tasks: WorkerTasks, clock: MovableClock, settings: Settings
) -> None:
    await worker_tasks.run_once()
    clock.at += 5 * settings.worker_interval

    in_time = await client.get("/health/ready")
    clock.advance(seconds=1)
    late = await client.get("/health/ready")

    assert in_time.json()["worker"] == "ok"
    assert in_time.json()["last_run_at"] == "2026-03-01T12:00:00Z"
    seconds = 5 * settings.worker_interval.total_seconds()
    assert in_time.json()["last_run_age_seconds"] == seconds
    # What is past its window can't be read anyhow, so the API can go on without a worker.
    assert late.status_code == 200
    assert late.json()["worker"] == "late"
    assert late.json()["last_run_age_seconds"] == seconds + 1


@pytest.mark.usefixtures("older_schema")
async def test_it_is_not_ready_for_another_schema(client: httpx.AsyncClient) -> None:
    response = await client.get("/health/ready")

    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0
    assert response.json() == {
        "status": "not_ready",
        "database": "ok",
        "migrations": "other",
        "access_log": "ok",
        "worker": "unknown",
        "last_run_at": None,
        "last_run_age_seconds": None,
    }
    assert (await client.get("/health/live")).status_code == 200


async def test_it_tells_when_the_log_reaches_no_disk_or_no_database(
    client: httpx.AsyncClient, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Requests are served all the same."""
    shipper = type(app.state.shipper)
    monkeypatch.setattr(shipper, "stuck_seconds", 60.0)
    in_time = await client.get("/health/ready")
    monkeypatch.setattr(shipper, "stuck_seconds", 61.0)
    stuck = await client.get("/health/ready")
    monkeypatch.setattr(shipper, "stuck_seconds", 0.0)
    monkeypatch.setattr(type(app.state.shipper.recovery), "failed_count", 1)
    stranded = await client.get("/health/ready")
    monkeypatch.setattr(shipper, "had_disk_error", True)
    in_trouble = await client.get("/health/ready")

    answers = (in_time, stuck, stranded, in_trouble)
    assert {answer.status_code for answer in answers} == {200}
    told = [answer.json()["access_log"] for answer in answers]
    assert told == ["ok", "stuck", "stuck", "disk_error"]


async def test_retention_is_told_rule_by_rule(
    client: httpx.AsyncClient,
    worker_tasks: WorkerTasks,
    uows: UnitOfWorkFactory,
    clock: MovableClock,
) -> None:
    await worker_tasks.run_once()
    await add_everything(uows, clock() - timedelta(seconds=1))

    response = await client.get("/health/retention")

    assert response.status_code == 200, response.text
    told = response.json()
    assert {key: told[key] for key in ("status", "checked_at", "last_run_at", "overdue")} == {
        "status": "kept",
        "checked_at": "2026-03-01T12:00:00Z",
        "last_run_at": "2026-03-01T12:00:00Z",
        "overdue": 0,
    }
    assert [rule["rule"] for rule in told["rules"]] == [one.key for one in CATEGORIES]
    assert told["oldest_address_at"] == "2026-03-01T00:00:00Z"
    assert told["waiting"] == 0
    assert told["orphaned_partitions"] == 0
    assert told["spools"]["files"] == 2  # The second waits until the first is full.


async def test_what_is_overdue_is_an_error(
    client: httpx.AsyncClient,
    uows: UnitOfWorkFactory,
    clock: MovableClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without anybody's doing anything; holds and rows set aside are told without ids."""
    monkeypatch.setattr(auditor, "FRESH_SECONDS", 0)
    await add_everything(uows, clock())
    before = await client.get("/health/retention")
    await trouble.hold(uows, clock())
    await trouble.set_aside(uows, clock())
    clock.at = end_of(SESSION, clock()) + timedelta(days=1, seconds=1)

    response = await client.get("/health/retention")

    assert before.status_code == 200
    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0
    told = response.json()
    assert told["status"] == "overdue"
    rules = {rule["rule"]: rule for rule in told["rules"]}
    assert {key for key, rule in rules.items() if rule["overdue"]} == {
        "attempt",
        "confirmed-link",
        "former-username",
        "imported-account",
        "mail",
        "one-time-token",
        "repeated-request",
        "session",
        "sign-up",
    }
    assert rules["model"]["blocked_at"] == "2026-03-01T12:00:00Z"
    assert rules["mail"]["quarantined"] == 1


async def test_retention_is_unknown_while_the_database_is_away(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_: object) -> None:
        raise Unavailable(retry_after=5)

    monkeypatch.setattr(auditor.Auditor, "run_audit", away)

    for path in ("/health/retention", "/v1/privacy/status"):
        response = await client.get(path)
        assert response.status_code == 503
        assert response.headers["Content-Type"] == "application/problem+json"
