"""The database stops and starts again while requests come in: nothing hangs, nothing is lost."""

import asyncio
import signal
import time
from collections import Counter
from dataclasses import dataclass, field

import httpx
import pytest
from sqlalchemy import text

from dressform.bootstrap import bootstrap
from dressform.settings.settings import Settings
from tests.helpers.access_log import as_log_role
from tests.helpers.cli import environment
from tests.helpers.members import Mailbox, MemberClient
from tests.processes.running import Database, command

pytestmark = pytest.mark.slow

LISTENING = r"listening on (http://127\.0\.0\.1:\d+)"


@dataclass
class Load:
    """Clients that ask without a pause, and what became of each request."""

    client: httpx.AsyncClient
    ada: MemberClient
    statuses: Counter[int] = field(default_factory=Counter)
    slowest: float = 0.0
    hasty: int = 0
    stopping: bool = False

    async def ask(self, method: str, path: str, **sent: object) -> None:
        while not self.stopping:
            began = time.monotonic()
            response = await self.client.request(method, path, headers=self.ada.headers, **sent)  # type: ignore[arg-type]
            self.slowest = max(self.slowest, time.monotonic() - began)
            self.statuses[response.status_code] += 1
            if response.status_code == 503:
                self.hasty += "retry-after" not in response.headers
                await asyncio.sleep(0.02)

    async def begin(self) -> list[asyncio.Task[None]]:
        login = {"login": "ada", "password": self.ada.password, "session": "body"}
        model = {"name": "Me", "breasts": True, "measurements": {"chest": 900}}
        made = await self.client.post("/v1/models", json=model, headers=self.ada.headers)
        self.statuses[made.status_code] += 1
        asked = [
            self.ask("GET", "/v1/profiles/me"),
            self.ask("GET", "/v1/models"),
            self.ask("GET", made.headers["location"]),
            self.ask("GET", "/health/ready"),
            self.ask("GET", "/v1/measurements"),
            self.ask("POST", "/v1/auth/login", json=login),
            self.ask("POST", "/v1/auth/refresh", json={"refresh_token": "x" * 80}),
            self.ask("PATCH", "/v1/profiles/me", json={"bio": "I sew."}),
            self.ask("POST", "/v1/models", json=model),
        ]
        asked += [self.ask("GET", "/v1/profiles/me") for _ in range(16)]
        return [asyncio.create_task(one) for one in asked]


async def recorded(settings: Settings) -> tuple[int, int]:
    """Rows of the access log, and how many different requests they are of."""
    async with bootstrap(settings) as (uows, _), as_log_role(uows) as uow:
        counted = text("SELECT count(*), count(DISTINCT request_id) FROM access_log")
        rows, requests = (await uow.connection.execute(counted)).one()
        return rows, requests


async def signed_in(client: httpx.AsyncClient, settings: Settings) -> MemberClient:
    """The worker, which runs beside, delivers the mail."""

    async def by_the_worker() -> int:
        async with asyncio.timeout(20):
            while not list((settings.state_dir / "mail").glob("*.eml")):
                await asyncio.sleep(0.05)
        return 1

    ada = MemberClient(client, Mailbox(settings.state_dir / "mail", by_the_worker), "ada")
    await ada.register()
    await ada.confirm()
    return ada


@pytest.mark.parametrize("way", [signal.SIGINT, signal.SIGQUIT], ids=["stopped", "crashed"])
async def test_an_outage_under_load(
    on_own_server: Settings, database: Database, way: signal.Signals
) -> None:
    """503 while it lasts, then as before; no request waits for long, and each has its row."""
    served = environment(on_own_server, DRESSFORM_PORT="0")
    with (
        command("serve", environment=served) as serve,
        command("worker", environment=served) as worker,
    ):
        base = await asyncio.to_thread(serve.says, LISTENING)
        async with httpx.AsyncClient(base_url=base, timeout=30) as client:
            load = Load(client, await signed_in(client, on_own_server))
            clients = await load.begin()
            await asyncio.sleep(1)
            await asyncio.to_thread(database.stop, way)
            before, load.statuses = load.statuses, Counter()
            await asyncio.sleep(1.5)
            away = await client.get("/health/ready")
            live = await client.get("/health/live")
            database.start()
            async with asyncio.timeout(15):
                while (await client.get("/health/ready")).status_code != 200:
                    before[503] += 1
                    await asyncio.sleep(0.05)
            during, load.statuses = load.statuses, Counter()
            await asyncio.sleep(1)
            load.stopping = True
            await asyncio.gather(*clients)
            after = load.statuses
        assert worker.process.poll() is None
        for process in (serve, worker):
            process.signal(signal.SIGTERM)
        codes = [await asyncio.to_thread(process.ends, 20) for process in (serve, worker)]

    assert codes == [0, 0]
    assert before[200] > 10
    assert (away.status_code, away.json()["database"]) == (503, "away")
    assert live.status_code == 200
    assert during[503] > 10
    assert after[200] > 10
    served_statuses = set(before) | set(during) | set(after)
    assert served_statuses <= {200, 201, 401, 409, 429, 503}
    assert load.hasty == 0
    assert load.slowest < 12
    assert "Traceback" not in serve.output + worker.output, serve.output + worker.output

    # Registering, confirming; two probes, and one that found it ready again.
    requests = sum((before + during + after).values()) + 2 + 2 + 1
    assert await recorded(on_own_server) == (requests, requests)


async def test_server_that_hangs_means_503_within_seconds(
    on_own_server: Settings, database: Database
) -> None:
    """Requests under way, those that wait for a connection, and those that come meanwhile."""
    served = environment(on_own_server, DRESSFORM_PORT="0")
    with (
        command("serve", environment=served) as serve,
        command("worker", environment=served) as worker,
    ):
        base = await asyncio.to_thread(serve.says, LISTENING)
        async with httpx.AsyncClient(base_url=base, timeout=30) as client:
            ada = await signed_in(client, on_own_server)
            load = Load(client, ada)
            clients = await load.begin()
            await asyncio.sleep(0.5)
            before, load.statuses = load.statuses, Counter()
            with database.frozen():
                await asyncio.sleep(11)
                during = dict(load.statuses)
                live = await client.get("/health/live")
                load.stopping = True
                await asyncio.gather(*clients)
            async with asyncio.timeout(15):
                while (await client.get("/health/ready")).status_code != 200:
                    await asyncio.sleep(0.05)
            after = await ada.request("GET", "/v1/profiles/me")
        for process in (serve, worker):
            process.signal(signal.SIGTERM)
        codes = [await asyncio.to_thread(process.ends, 20) for process in (serve, worker)]

    assert codes == [0, 0]
    assert before[200] > 10
    assert during[503] > 10
    assert load.hasty == 0
    assert load.slowest < 16
    assert (live.status_code, after.status_code) == (200, 200)
    assert "Traceback" not in serve.output + worker.output, serve.output + worker.output
