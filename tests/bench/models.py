"""Models of 38 measurements at a thousand accounts and at a million: reads, lists and changes."""

import asyncio
import json
import os
import statistics
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, ExitStack
from typing import Any

import asyncpg
import httpx

from dressform.api.app import create_app
from dressform.bootstrap import bootstrap, run_migrations
from dressform.crypto.passwords import PasswordHasher
from dressform.db import embedded
from dressform.db.embedded.data import ROLE
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.repositories.models import Models
from dressform.settings.loader import load_settings
from tests.bench.filling import filled
from tests.bench.members import BODY, PASSWORD, add_account
from tests.bench.serving import running_database, use_database

ACCOUNTS = int(os.environ.get("BENCH_ACCOUNTS", "1000000"))
FEW = 1000
MEMBERS = 20
"""Whose models are asked for."""
MODELS = 5
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "9"))
ASKED = 100
"""Of each kind in each round."""

Ask = Callable[[int], Awaitable[httpx.Response]]


async def _members(uows: UnitOfWorkFactory, password_hash: str) -> None:
    """Really sealed, each with models of every measurement."""
    for number in range(MEMBERS):
        async with uows.transaction() as uow:
            owner = await add_account(uow, f"bench{number}", password_hash)
            for _ in range(MODELS):
                await Models(uow).add(owner, name="Bench", body=BODY)


class Site:
    """A database of a size, and the whole application on it, asked within one process."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self._tokens: list[dict[str, str]] = []
        self._paths: list[str] = []

    async def sign_in(self) -> None:
        for number in range(MEMBERS):
            body = {"login": f"bench{number}", "password": PASSWORD}
            answer = await self._client.post("/v1/auth/login", json=body)
            token = {"Authorization": f"Bearer {answer.json()['access_token']}"}
            page = await self._client.get("/v1/models", headers=token)
            self._tokens.append(token)
            self._paths.append(f"/v1/models/{page.json()['items'][0]['id']}")

    async def read(self, turn: int) -> httpx.Response:
        one = turn % MEMBERS
        return await self._client.get(self._paths[one], headers=self._tokens[one])

    async def list(self, turn: int) -> httpx.Response:
        return await self._client.get("/v1/models", headers=self._tokens[turn % MEMBERS])

    async def change(self, turn: int) -> httpx.Response:
        one = turn % MEMBERS
        changes = {"measurements": {"chest": 900.5 + turn}}
        return await self._client.patch(self._paths[one], headers=self._tokens[one], json=changes)


async def _median_ms(ask: Ask) -> float:
    seconds = []
    for turn in range(ASKED):
        began = time.perf_counter()
        answer = await ask(turn)
        seconds.append(time.perf_counter() - began)
        assert answer.status_code == 200, answer.text
    return statistics.median(seconds) * 1000


async def _compared(what: str, few: Ask, many: Ask) -> dict[str, Any]:
    """Whichever was second in a round is first in the next."""
    pairs = []
    for turn in range(ROUNDS):
        order = (few, many) if turn % 2 else (many, few)
        found = {ask: await _median_ms(ask) for ask in order}
        pairs.append((found[few], found[many]))
    return {
        "what": f"{what}: the median at {ACCOUNTS} accounts / at {FEW}",
        "many_ms": round(statistics.median(many for _, many in pairs), 3),
        "few_ms": round(statistics.median(few for few, _ in pairs), 3),
        "ratio": round(statistics.median(many / few for few, many in pairs), 3),
    }


async def _filled(stack: ExitStack, accounts: int) -> embedded.Server:
    """A database with so many accounts, of two models each."""
    server = stack.enter_context(running_database())
    await run_migrations(load_settings())
    password_hash = await PasswordHasher().hash(PASSWORD)
    raw = await asyncpg.connect(server.url(role=ROLE).replace("+asyncpg", ""))
    async with bootstrap(load_settings()) as (uows, _):
        await filled(raw, uows.keyrings.master.active_id, accounts)
        await _members(uows, password_hash)
    await raw.execute("VACUUM ANALYZE")
    await raw.execute("CHECKPOINT")
    await raw.close()
    return server


async def _asked_of(stack: AsyncExitStack, database: embedded.Server) -> Site:
    use_database(database)
    app = create_app(load_settings())
    await stack.enter_async_context(app.router.lifespan_context(app))
    transport = httpx.ASGITransport(app)
    client = httpx.AsyncClient(transport=transport, base_url="http://bench")
    site = Site(await stack.enter_async_context(client))
    await site.sign_in()
    return site


async def _run(databases: ExitStack) -> None:
    sizes = [await _filled(databases, accounts) for accounts in (FEW, ACCOUNTS)]
    async with AsyncExitStack() as stack:
        few, many = [await _asked_of(stack, database) for database in sizes]
        for what in ("read", "list", "change"):
            result = await _compared(what, getattr(few, what), getattr(many, what))
            print(json.dumps(result), flush=True)  # noqa: T201


def main() -> None:
    with ExitStack() as stack:
        asyncio.run(_run(stack))


if __name__ == "__main__":
    main()
