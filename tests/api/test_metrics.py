"""The figures, as Prometheus reads them."""

import re
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from dressform import __version__
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.errors import Unavailable
from dressform.policy.notice import CATEGORIES
from dressform.policy.operation_data import VISITOR
from dressform.policy.sign_in_data import SESSION
from dressform.retention_audit import auditor, log
from dressform.settings.settings import Settings
from dressform.worker.tasks import WorkerTasks
from tests.conftest import MovableClock
from tests.helpers import retention_trouble as trouble
from tests.helpers.access_log import as_log_role, make_line
from tests.helpers.coarse_times import end_of
from tests.helpers.retention import add_everything

Figures = dict[tuple[str, str | None], float]

OF_RULES = {
    "dressform_retention_overdue_rows",
    "dressform_retention_future_rows",
    "dressform_retention_last_run_timestamp_seconds",
    "dressform_retention_unknown",
    "dressform_retention_blocked",
    "dressform_retention_quarantined_rows",
}
OF_ADDRESSES = {
    "dressform_retention_waiting_rows",
    "dressform_retention_oldest_timestamp_seconds",
}


@pytest.fixture(autouse=True)
def _always_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auditor, "FRESH_SECONDS", 0)


async def scraped(client: httpx.AsyncClient) -> Figures:
    """By name and rule."""
    response = await client.get("/metrics")
    assert response.status_code == 200, response.text
    assert response.headers["Content-Type"].startswith("text/plain; version=")
    return {
        (sample.name, sample.labels.get("rule")): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }


async def test_every_rule_has_every_figure(
    client: httpx.AsyncClient,
    worker_tasks: WorkerTasks,
    uows: UnitOfWorkFactory,
    clock: MovableClock,
) -> None:
    await worker_tasks.run_once()
    await add_everything(uows, clock() - timedelta(seconds=1))

    found = await scraped(client)

    keys = {category.key for category in CATEGORIES}
    of_addresses = {(name, "visitor") for name in OF_ADDRESSES}
    assert {key for key in found if key[1]} == of_addresses | {
        (name, key) for name in OF_RULES for key in keys
    }
    at = clock().timestamp()
    for key in keys:
        assert found["dressform_retention_overdue_rows", key] == 0
        assert found["dressform_retention_blocked", key] == 0
        assert found["dressform_retention_last_run_timestamp_seconds", key] == at
    day = clock().replace(hour=0).timestamp()
    assert found["dressform_retention_oldest_timestamp_seconds", "visitor"] == day
    assert found["dressform_retention_waiting_rows", "visitor"] == 0
    assert found["dressform_database_up", None] == 1
    assert found["dressform_access_log_disk_errors", None] == 0
    assert found["dressform_access_log_spool_bytes", None] >= 0
    assert found["dressform_access_log_orphaned_partitions", None] == 0


async def test_figures_turn_when_something_is_wrong(
    client: httpx.AsyncClient, uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    await add_everything(uows, clock())
    await trouble.hold(uows, clock())
    await trouble.set_aside(uows, clock())
    clock.at = end_of(SESSION, clock()) + timedelta(seconds=1)

    found = await scraped(client)

    assert found["dressform_retention_overdue_rows", "session"] == 0
    assert found["dressform_retention_overdue_rows", "mail"] == 1
    assert found["dressform_retention_blocked", "model"] == 1
    assert found["dressform_retention_blocked", "profile"] == 0
    assert found["dressform_retention_quarantined_rows", "mail"] == 1


async def test_a_log_that_somebody_locks_hides_nothing_else(
    client: httpx.AsyncClient,
    uows: UnitOfWorkFactory,
    clock: MovableClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its own figures are missing, rather than those of a part."""
    monkeypatch.setattr(log, "LOCK_TIMEOUT", "100ms")
    await add_everything(uows, clock())
    async with as_log_role(uows) as uow:
        await uow.connection.execute(text("LOCK access_log"))
        found = await scraped(client)
        status = await client.get("/v1/privacy/status")

    assert found["dressform_database_up", None] == 1
    assert {key for name, key in found if name == "dressform_retention_overdue_rows"} == {
        category.key for category in CATEGORIES if category is not VISITOR
    }
    assert found["dressform_retention_unknown", "visitor"] == 1
    assert found["dressform_retention_unknown", "session"] == 0
    assert (status.status_code, status.json()["status"]) == (200, "late")
    assert status.json()["oldest_address_at"] is None


async def test_a_full_disk_is_told_even_while_the_database_is_away(
    client: httpx.AsyncClient, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_: object) -> None:
        raise Unavailable(retry_after=5)

    monkeypatch.setattr(auditor.Auditor, "run_audit", away)
    monkeypatch.setattr(type(app.state.shipper), "had_disk_error", True)
    monkeypatch.setattr(type(app.state.shipper.recovery), "failed_count", 2)

    assert await scraped(client) == {
        ("dressform_build_info", None): 1,
        ("dressform_access_log_disk_errors", None): 1,
        ("dressform_access_log_spools_failed", None): 2,
        ("dressform_database_up", None): 0,
    }


async def test_how_long_lines_have_waited_in_files_is_told(
    client: httpx.AsyncClient, settings: Settings, clock: MovableClock
) -> None:
    at = clock() - timedelta(hours=3)
    (settings.state_dir / "spool" / "old.spool").write_bytes(make_line(at))

    found = await scraped(client)

    oldest = found["dressform_access_log_spool_oldest_timestamp_seconds", None]
    assert oldest == at.timestamp()


async def test_labels_name_rules_and_the_version_only(
    client: httpx.AsyncClient, uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    await add_everything(uows, clock())

    response = await client.get("/metrics")

    labels = {
        pair
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
        for pair in sample.labels.items()
    }
    rules = {("rule", category.key) for category in CATEGORIES}
    assert labels == rules | {("version", __version__)}
    for personal in ("203.0.113", "docs", "ada", "python_info", "process_"):
        assert not re.search(rf"\b{re.escape(personal)}", response.text)
