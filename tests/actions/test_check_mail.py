"""Mail that fails for a day is told of, and nothing of whose mail it is."""

from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from pydantic import SecretStr

from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.retention_audit import auditor as module
from dressform.settings.settings import Settings
from dressform.worker.runner import create_tasks
from dressform.worker.tasks import WorkerTasks
from tests.conftest import WITHOUT_CLOCK_GUARD, MovableClock
from tests.helpers.auth import forgot
from tests.helpers.members import MemberClient
from tests.helpers.smtp_server import FakeSmtpServer

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
STATUS = "/v1/privacy/status"


@pytest.fixture(autouse=True)
def _always_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FRESH_SECONDS", 0)


@pytest.fixture
def worker(smtp_server: FakeSmtpServer, settings: Settings, uows: UnitOfWorkFactory) -> WorkerTasks:
    url = SecretStr(f"smtp://127.0.0.1:{smtp_server.port}")
    made = create_tasks(settings.model_copy(update={"smtp_url": url}), uows)
    return replace(made, guard=WITHOUT_CLOCK_GUARD)


async def reasons(client: httpx.AsyncClient) -> list[str]:
    """Without that of lines which wait in files: those of these very requests."""
    told = (await client.get(STATUS)).json()
    assert told["status"] == ("late" if told["reasons"] else "kept")
    return [reason["key"] for reason in told["reasons"] if reason["key"] != "spools"]


async def test_server_that_takes_no_mail_for_a_day_is_told_of_until_it_does(
    client: httpx.AsyncClient, worker: WorkerTasks, smtp_server: FakeSmtpServer, clock: MovableClock
) -> None:
    await worker.run_once()
    await smtp_server.close()
    began = clock.at = clock() + timedelta(hours=1)
    await worker.run_once()
    assert await reasons(client) == []
    health = (await client.get("/health/retention")).json()
    assert health["mail_failing_since"] == "2026-03-01T13:00:00Z"

    clock.at = began + DAY + SECOND
    await worker.run_once()
    assert await reasons(client) == ["mail"]
    health = (await client.get("/health/retention")).json()
    assert health["status"] == "late"
    assert "mail" in health["reasons"]
    assert "dressform_mail_failing_seconds 86401.0" in (await client.get("/metrics")).text

    await smtp_server.open()
    await worker.run_once()
    assert await reasons(client) == []
    assert "dressform_mail_failing_seconds 0.0" in (await client.get("/metrics")).text
    assert smtp_server.received == []


async def test_server_that_refuses_our_sender_takes_no_mail(
    client: httpx.AsyncClient, worker: WorkerTasks, smtp_server: FakeSmtpServer, clock: MovableClock
) -> None:
    smtp_server.takes_sender = False
    await worker.run_once()
    clock.advance(days=1, seconds=1)
    await worker.run_once()

    assert await reasons(client) == ["mail"]


@pytest.mark.parametrize("address", ["nobody@example.org", "ada@example.org"])
@pytest.mark.parametrize("server", ["away", "refusing the recipient"])
async def test_status_is_the_same_whether_or_not_an_address_that_fails_has_an_account(
    ada: MemberClient,
    worker: WorkerTasks,
    smtp_server: FakeSmtpServer,
    clock: MovableClock,
    *,
    server: str,
    address: str,
) -> None:
    """On a site on which nothing else is mailed for days."""
    if server == "away":
        await smtp_server.close()
    else:
        smtp_server.verdict = lambda _: "550 no such mailbox"

    await forgot(ada.client, address)
    for _ in range(4):
        await worker.run_once()
        clock.advance(hours=12)
    await worker.run_once()

    assert await reasons(ada.client) == (["mail"] if server == "away" else [])
