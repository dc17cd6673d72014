"""Chromium on a connection of 300 ms: no page that is reloaded or restored shows the login form."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from dressform.api.app import create_app
from dressform.settings.settings import Settings
from tests.conftest import MovableClock
from tests.helpers.auth import sessions
from tests.helpers.browser import Page, needs_chromium, open_browser, serve_on_port
from tests.helpers.members import MemberClient

pytestmark = [needs_chromium, pytest.mark.slow]

ONE_WAY_SECONDS = 0.15
PAGE = b"""<!doctype html><title>Sewing</title><body>loading<script>
async function refresh() {
  const answer = await fetch("/v1/auth/refresh", { method: "POST" });
  document.body.textContent = answer.ok ? "signed in" : "login form";
}
async function signIn(login, password) {
  const body = JSON.stringify({ login, password, session: "cookie" });
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch("/v1/auth/login", { method: "POST", headers, body });
  document.body.textContent = answer.ok ? "signed in" : "login form";
}
if (location.hash !== "#new") refresh();
</script>"""


class SlowConnection:
    """An ASGI application behind a connection with a delay, which also serves one page."""

    app: Any

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_late(message: Message) -> None:
            if message["type"] == "http.response.start":
                await asyncio.sleep(ONE_WAY_SECONDS)
            await send(message)

        if scope["path"] == "/page":
            headers = [(b"content-type", b"text/html"), (b"cache-control", b"no-store")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": PAGE})
            return
        await asyncio.sleep(ONE_WAY_SECONDS)
        await self.app(scope, receive, send_late)


class RunningClock(MovableClock):
    """A clock that runs, and can be moved as well."""

    def __init__(self, at: datetime) -> None:
        super().__init__(at)
        self._began = time.monotonic()

    def __call__(self) -> datetime:
        return self.at + timedelta(seconds=time.monotonic() - self._began)


@pytest.fixture
def running_clock(clock: MovableClock) -> RunningClock:
    return RunningClock(clock())


@pytest.fixture
async def page(
    ada: MemberClient, settings: Settings, running_clock: RunningClock, tmp_path: Path
) -> AsyncIterator[Page]:
    """A tab in which Ada is signed in."""
    slow: Any = SlowConnection()
    async with serve_on_port(slow) as base:
        slow.app = create_app(settings.model_copy(update={"public_url": base}), running_clock)
        async with (
            slow.app.router.lifespan_context(slow.app),
            open_browser(tmp_path / "profile") as page,
        ):
            await page.visit(f"{base}/page#new")
            await page.wait_until("document.body?.textContent.startsWith('loading')")
            await page.run(f"signIn({ada.username!r}, {ada.password!r})")
            await page.wait_until("document.body.textContent === 'signed in'")
            page.base = base  # type: ignore[attr-defined]
            yield page


async def read_outcome(page: Page) -> str:
    await page.wait_until("['signed in', 'login form'].includes(document.body?.textContent)")
    return str(await page.run("document.body.textContent"))


async def test_page_reloaded_twice_within_a_round_trip_stays_signed_in(
    page: Page, running_clock: RunningClock
) -> None:
    url = f"{page.base}/page"  # type: ignore[attr-defined]
    await page.visit(url)
    outcomes = [await read_outcome(page)]
    for turn in range(10):
        running_clock.advance(minutes=9)
        for _ in range(2):
            await page.reload()
            await asyncio.sleep(0.02 + 0.03 * turn)
        outcomes.append(await read_outcome(page))

    assert outcomes == ["signed in"] * 11


async def test_four_tabs_restored_together_stay_signed_in(
    page: Page, running_clock: RunningClock, ada: MemberClient
) -> None:
    """Each begins a moment later, so that some send the token that others have just got."""
    url = f"{page.base}/page"  # type: ignore[attr-defined]
    tabs = [await page.open_tab() for _ in range(4)]
    outcomes = []
    for turn in range(5):
        running_clock.advance(minutes=9)
        visits = []
        for tab in tabs:
            visits.append(asyncio.create_task(tab.visit(f"{url}?{turn}")))
            await asyncio.sleep(0.04 * turn)
        await asyncio.gather(*visits)
        outcomes.append([await read_outcome(tab) for tab in tabs])

    assert outcomes == [["signed in"] * 4] * 5
    assert len(await sessions(ada)) == 2
    assert await ada.mailbox.collect() == []
