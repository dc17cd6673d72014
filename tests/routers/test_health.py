"""What probes are told."""

from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy import text

from dressform.database import Units
from dressform.settings import Settings
from dressform.worker.scheduler import Duties
from tests.conftest import MovableClock


@pytest.fixture
async def older_schema(units: Units) -> AsyncIterator[None]:
    """The database as it is before an upgrade."""
    async with units.writing() as unit:
        version = (
            await unit.connection.execute(text("SELECT version_num FROM alembic_version"))
        ).scalar_one()
        await unit.connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    yield
    async with units.writing() as unit:
        await unit.connection.execute(
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
        "worker": "never seen",
        "last_round_at": None,
        "last_round_age_seconds": None,
    }


async def test_it_tells_the_age_of_the_last_round(
    client: httpx.AsyncClient, duties: Duties, clock: MovableClock, settings: Settings
) -> None:
    await duties.round()
    clock.at += 5 * settings.worker_interval

    in_time = await client.get("/health/ready")
    clock.advance(seconds=1)
    late = await client.get("/health/ready")

    assert in_time.json()["worker"] == "ok"
    assert in_time.json()["last_round_at"] == "2026-03-01T12:00:00Z"
    seconds = 5 * settings.worker_interval.total_seconds()
    assert in_time.json()["last_round_age_seconds"] == seconds
    # What is past its window can't be read anyhow, so the API can go on without a worker.
    assert late.status_code == 200
    assert late.json()["worker"] == "late"
    assert late.json()["last_round_age_seconds"] == seconds + 1


@pytest.mark.usefixtures("older_schema")
async def test_it_is_not_ready_for_another_schema(client: httpx.AsyncClient) -> None:
    response = await client.get("/health/ready")

    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0
    assert response.json() == {
        "status": "not ready",
        "database": "ok",
        "migrations": "other",
        "access_log": "ok",
        "worker": "unknown",
        "last_round_at": None,
        "last_round_age_seconds": None,
    }
    assert (await client.get("/health/live")).status_code == 200
