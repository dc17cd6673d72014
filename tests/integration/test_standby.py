"""A database that takes no writes, as after a failover to a standby; and the way back."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import suppress

import asyncpg
import httpx
import pytest
from sqlalchemy import text

from dressform.api.app import create_app
from dressform.bootstrap import bootstrap
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.errors import Unavailable
from dressform.settings.settings import Settings
from dressform.worker.runner import create_tasks
from dressform.worker.scheduler import run_scheduler
from tests.helpers.databases import as_superuser

NEW = {
    "email": "ada@example.org",
    "username": "ada",
    "language": "en",
    "password": "seven tailors measured twice",
}


@pytest.fixture
async def client(isolated_settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(isolated_settings)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as made,
    ):
        yield made


async def command(isolated_settings: Settings, sql: str) -> None:
    assert isolated_settings.database_url is not None
    url = as_superuser(isolated_settings.database_url.get_secret_value()).replace("+asyncpg", "")
    connection = await asyncpg.connect(url)
    await connection.execute("SET default_transaction_read_only = off")
    await connection.execute(
        sql.format(name=await connection.fetchval("SELECT current_database()"))
    )
    await connection.close()


async def fail_over(isolated_settings: Settings) -> None:
    """Gone is who was connected, when this returns."""
    await command(isolated_settings, "ALTER DATABASE {name} SET default_transaction_read_only = on")
    await command(
        isolated_settings,
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
        "WHERE datname = '{name}' AND pid <> pg_backend_pid() "
        "AND backend_type = 'client backend'",
    )


async def fail_back(isolated_settings: Settings) -> None:
    """Nobody is sent away: whoever stays connected finds it read-only for ever."""
    await command(isolated_settings, "ALTER DATABASE {name} RESET default_transaction_read_only")


async def write(uows: UnitOfWorkFactory) -> None:
    async with uows.transaction() as uow:
        await uow.connection.execute(text("SET TRANSACTION READ ONLY"))
        await uow.connection.execute(text("DELETE FROM mail"))


async def test_it_is_not_ready_and_says_why(
    isolated_settings: Settings, client: httpx.AsyncClient
) -> None:
    await fail_over(isolated_settings)

    response = await client.get("/health/ready")

    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0
    told = response.json()
    assert (told["status"], told["database"]) == ("not_ready", "read_only")
    assert told["migrations"] == "current"


async def test_what_writes_may_be_repeated(
    isolated_settings: Settings, client: httpx.AsyncClient
) -> None:
    await fail_over(isolated_settings)

    response = await client.post("/v1/auth/register", json=NEW)

    assert response.status_code == 503, response.text
    assert int(response.headers["Retry-After"]) > 0


async def test_the_way_back_is_noticed_by_whoever_stayed_connected(
    isolated_settings: Settings, client: httpx.AsyncClient
) -> None:
    await fail_over(isolated_settings)
    assert (await client.get("/health/ready")).status_code == 503
    assert (await client.post("/v1/auth/register", json=NEW)).status_code == 503
    await fail_back(isolated_settings)

    assert (await client.get("/health/ready")).json()["database"] == "ok"
    assert (await client.post("/v1/auth/register", json=NEW)).status_code == 202


async def mode(uows: UnitOfWorkFactory) -> str:
    """Of a connection that only reads. The first may be one that is just being closed."""
    for _ in range(5):
        with suppress(Unavailable):
            return str(
                await uows.read().connection.scalar(
                    text("SELECT current_setting('transaction_read_only')")
                )
            )
        await asyncio.sleep(0.1)
    raise AssertionError("there is still no connection")


async def test_connections_that_only_read_are_left_with_the_others(
    isolated_settings: Settings,
) -> None:
    """They never write, so they would never learn that they read a standby."""
    async with bootstrap(isolated_settings) as (uows, _):
        await fail_over(isolated_settings)
        before = await mode(uows)
        await fail_back(isolated_settings)
        with pytest.raises(Unavailable):
            await write(uows)
        after = await mode(uows)

    assert (before, after) == ("on", "off")


async def test_the_worker_says_it_in_one_line(
    isolated_settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    async with bootstrap(isolated_settings) as (uows, _):
        await fail_over(isolated_settings)
        with caplog.at_level(logging.WARNING, "dressform"):
            async with run_scheduler(create_tasks(isolated_settings, uows)):
                await asyncio.sleep(3)

    said = [record for record in caplog.records if record.name.startswith("dressform")]
    assert [record.getMessage() for record in said] == [
        "the database is away or takes no writes: what is due waits"
    ]
    assert said[0].exc_info is None
