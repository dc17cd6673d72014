"""Refreshes of one session in several processes on one database, with the clock of the machine."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from sqlalchemy import text

from dressform.bootstrap import bootstrap
from dressform.crypto.secrets import random_id
from dressform.repositories.accounts import Accounts
from dressform.repositories.profiles import Profiles
from dressform.repositories.sessions import Sessions
from dressform.settings.settings import Settings
from tests.processes.running import command, is_live, read_address, serve_environment, wait_until

pytestmark = pytest.mark.slow


@asynccontextmanager
async def serve(settings: Settings, *, workers: int) -> AsyncIterator[httpx.AsyncClient]:
    """Serve with so many processes; each request opens a connection, so that they share them."""
    started = command("serve", "--workers", str(workers), environment=serve_environment(settings))
    with started as process:
        base = await read_address(process)
        wait_until(lambda: is_live(base))
        limits = httpx.Limits(max_keepalive_connections=0)
        async with httpx.AsyncClient(base_url=base, limits=limits, timeout=20) as client:
            yield client


async def start_session(settings: Settings) -> str:
    async with bootstrap(settings) as (uows, _), uows.transaction() as uow:
        owner = await Accounts(uow).add(
            random_id(), email="ada@example.org", language="en", password_hash="none"
        )
        await Profiles(uow).add(owner, username="ada")
        return (await Sessions(uow).add(owner)).refresh_token


async def count_rows(settings: Settings) -> tuple[int, int]:
    async with bootstrap(settings) as (uows, _):
        row = await uows.read().connection.fetch_one(
            text(
                "SELECT (SELECT count(*) FROM session) AS sessions,"
                " (SELECT count(*) FROM mail WHERE kind = 'session-ended') AS mails"
            )
        )
        return row.sessions, row.mails


async def use(client: httpx.AsyncClient, token: str, *, by_cookie: bool) -> httpx.Response:
    if by_cookie:
        client.cookies.clear()
        headers = {"Cookie": f"dressform-refresh={token}"}
        return await client.post("/v1/auth/refresh", headers=headers)
    return await client.post("/v1/auth/refresh", json={"refresh_token": token})


def read_token(response: httpx.Response) -> str:
    assert response.status_code == 200, response.text
    token: str = response.json().get("refresh_token") or response.cookies["dressform-refresh"]
    return token


@pytest.mark.parametrize("by_cookie", [False, True])
@pytest.mark.parametrize("workers", [1, 2])
async def test_refresh_ten_at_once_then_with_each_answer_then_a_replay(
    isolated_settings: Settings, workers: int, *, by_cookie: bool
) -> None:
    first = await start_session(isolated_settings)
    async with serve(isolated_settings, workers=workers) as client:

        async def use_all(tokens: list[str]) -> list[str]:
            found = await asyncio.gather(*(use(client, one, by_cookie=by_cookie) for one in tokens))
            return [read_token(one) for one in found]

        began = time.monotonic()
        second = await use_all([first] * 10)
        third = await use_all(second)
        await use_all([first, *second, *third])
        assert time.monotonic() - began < 8, "the machine is too slow for this test"
        assert await count_rows(isolated_settings) == (1, 0)

        await asyncio.sleep(11.5)
        replayed = await asyncio.gather(
            *(use(client, first, by_cookie=by_cookie) for _ in range(10))
        )

    assert {one.status_code for one in replayed} == {401}
    assert await count_rows(isolated_settings) == (0, 1)
