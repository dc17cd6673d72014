"""What everybody is told about how the notice is kept."""

from datetime import datetime, timedelta

import httpx
import pytest

from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.policy.operation_data import VISITOR
from dressform.retention_audit import auditor
from dressform.worker.tasks import WorkerTasks
from tests.conftest import MovableClock
from tests.helpers.members import CreateMember
from tests.helpers.retention import add_visit

STATUS = "/v1/privacy/status"


@pytest.fixture(autouse=True)
def _always_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auditor, "FRESH_SECONDS", 0)


async def test_everybody_is_told_that_the_notice_is_kept(
    client: httpx.AsyncClient,
    worker_tasks: WorkerTasks,
    uows: UnitOfWorkFactory,
    clock: MovableClock,
) -> None:
    await add_visit(uows, clock() - timedelta(days=30, hours=3))
    await worker_tasks.run_once()

    response = await client.get(STATUS)

    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "public, max-age=60"
    assert response.json() == {
        "status": "kept",
        "language": "en",
        "sentence": "The notice is kept: what has ended is deleted in time.",
        "reasons": [],
        "oldest_address_at": "2026-01-30T00:00:00Z",
        "oldest_address_age_days": 30,
        "last_run_at": "2026-03-01T12:00:00Z",
        "waiting": 0,
        "overdue": 0,
        "checked_at": "2026-03-01T12:00:00Z",
    }


async def test_it_turns_to_overdue_by_itself(
    client: httpx.AsyncClient,
    worker_tasks: WorkerTasks,
    uows: UnitOfWorkFactory,
    clock: MovableClock,
) -> None:
    """The worker is dead; the answer stays 200, as it is no failure of the API."""
    await add_visit(uows, clock())
    await worker_tasks.run_once()
    told = []

    for at in (
        clock(),
        clock() + timedelta(minutes=26),
        clock() + timedelta(days=1, seconds=1),
        VISITOR.period.expires_at(clock()) + timedelta(days=1, seconds=1),
    ):
        clock.at = at
        response = await client.get(STATUS)
        assert response.status_code == 200
        told.append((response.json()["status"], response.json()["overdue"]))

    assert told[:3] == [("kept", 0), ("late", 0), ("overdue", 0)]
    status, overdue = told[3]
    assert status == "overdue"
    assert overdue >= 1


async def test_it_is_said_in_french(client: httpx.AsyncClient) -> None:
    told = (await client.get(STATUS, params={"language": "fr"})).json()

    assert told["language"] == "fr"
    assert told["sentence"].startswith("La notice est respectée")
    assert (await client.get(STATUS, params={"language": "de"})).status_code == 422


async def test_every_status_has_its_own_sentence(
    client: httpx.AsyncClient, uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    await add_visit(uows, clock())
    began, said = clock(), set()

    for ago in (timedelta(0), timedelta(hours=1), timedelta(days=2)):
        clock.at = began + ago
        for language in ("en", "fr"):
            told = (await client.get(STATUS, params={"language": language})).json()
            said.add((told["status"], told["sentence"]))

    assert len(said) == 6
    assert {status for status, _ in said} == {"kept", "late", "overdue"}


async def test_the_age_is_never_negative(
    client: httpx.AsyncClient, uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    """The clock was set back."""
    await add_visit(uows, clock() + timedelta(days=3))

    told = (await client.get(STATUS)).json()

    assert told["oldest_address_age_days"] == 0


async def test_nothing_is_told_of_members(
    client: httpx.AsyncClient,
    clock: MovableClock,
    create_member: CreateMember,
) -> None:
    """Neither when the last of them signed in, nor how many they are."""
    before = (await client.get(STATUS)).json()
    await create_member("ada")
    clock.advance(minutes=1)
    await client.get(STATUS)

    after = (await client.get(STATUS)).json()

    told = {key for key in after if after[key] != before[key]}
    assert told <= {"checked_at", "oldest_address_at", "oldest_address_age_days"}
    assert datetime.fromisoformat(after["oldest_address_at"]).hour == 0
