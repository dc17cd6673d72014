"""The notice, and whether it is kept, as people read it."""

import re
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI

from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.policy.notice import notice
from dressform.policy.operation_data import VISITOR
from dressform.retention_audit import auditor
from dressform.worker.tasks import WorkerTasks
from tests.conftest import MovableClock
from tests.helpers.pages import fetch_page
from tests.helpers.retention import add_visit

SAME = {"English", "Français", "Dressform"}


@pytest.fixture(autouse=True)
def _always_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auditor, "FRESH_SECONDS", 0)


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_every_category_is_there_in_full(client: httpx.AsyncClient, language: str) -> None:
    page = await fetch_page(client, f"/privacy?language={language}")

    for category in notice():
        for text in (
            category.name,
            category.data,
            category.purpose,
            category.starts_at_text,
            category.on_expiry_text,
        ):
            assert getattr(text, language) in page.texts
        assert f"{category.period.format(language)}" in page.texts


async def test_it_says_that_the_notice_is_kept(
    client: httpx.AsyncClient,
    worker_tasks: WorkerTasks,
    uows: UnitOfWorkFactory,
    clock: MovableClock,
) -> None:
    await add_visit(uows, clock() - timedelta(days=30, hours=3))
    await worker_tasks.run_once()

    html = (await client.get("/privacy")).text

    assert "The notice is kept: what has ended is deleted in time." in html
    assert '<time datetime="2026-01-30T00:00:00+00:00">2026-01-30</time>' in html
    assert "2026-03-01, 12:00 UTC" in html


async def test_it_says_when_the_notice_is_not_kept(
    client: httpx.AsyncClient,
    worker_tasks: WorkerTasks,
    uows: UnitOfWorkFactory,
    clock: MovableClock,
) -> None:
    await add_visit(uows, clock())
    await worker_tasks.run_once()
    clock.at = VISITOR.period.expires_at(clock()) + timedelta(days=2)

    page = await fetch_page(client, "/privacy?language=fr")

    assert any(one.startswith("La notice n'est pas respectée") for one in page.texts)


async def test_without_any_visit_or_round_it_says_so(client: httpx.AsyncClient) -> None:
    page = await fetch_page(client, "/privacy")

    assert "No address is stored." in page.texts
    assert "The rules were never enforced yet." in page.texts


async def test_everything_is_said_in_french_too(client: httpx.AsyncClient) -> None:
    english, french = [await fetch_page(client, f"/privacy?language={one}") for one in ("en", "fr")]

    assert (english.language, french.language) == ("en", "fr")
    assert len(english.texts) == len(french.texts) > 60
    alike = set(english.texts) & set(french.texts) - SAME
    assert {one for one in alike if not one.startswith("/v1/")} == set()


async def test_every_link_leads_somewhere(client: httpx.AsyncClient) -> None:
    """The first page leads here, and here leads back to it."""
    address = httpx.URL("http://localhost:8000/privacy")
    html = (await client.get(address)).text

    links = {address.join(link).path for link in re.findall(r'(?:href|src)="([^"]+)"', html)}

    assert {"/", "/privacy", "/v1/privacy/notice", "/v1/privacy/status"} <= links
    for link in links:
        assert (await client.get(link)).status_code == 200, link
    assert 'href="privacy"' in (await client.get("/")).text


async def test_it_is_shut_tight(client: httpx.AsyncClient) -> None:
    response = await client.get("/privacy")

    assert response.headers["content-security-policy"].startswith("default-src 'none'; ")
    assert "unsafe" not in response.headers["content-security-policy"]
    assert set(re.findall(r"(\w+)://([^/\"]+)", response.text)) == {("http", "localhost:8000")}
    assert not re.search(r"<script|<style|style=|onload=|mailto:", response.text)


async def test_whom_to_write_to_is_named(app: FastAPI, client: httpx.AsyncClient) -> None:
    own = app.state.settings.model_copy(update={"contact": "privacy@sewing.example"})
    app.state.dressform = replace(app.state.dressform, settings=own)

    html = (await client.get("/privacy")).text

    assert 'Write to <a href="mailto:privacy@sewing.example">' in html
