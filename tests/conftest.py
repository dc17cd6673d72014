"""One PostgreSQL a test process, migrated once; real commits, and empty tables after each test."""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from dressform.access_log import shipper as shipping
from dressform.api.app import create_app
from dressform.bootstrap import run_migrations
from dressform.crypto.master_keys import new_master_key
from dressform.db import embedded
from dressform.db.tables import Base
from dressform.db.unit_of_work import UnitOfWork, UnitOfWorkFactory
from dressform.repositories.access_log import SET_LOG_ROLE
from dressform.settings.settings import Settings
from dressform.worker.deletion_guard import DeletionGuard
from dressform.worker.runner import create_tasks
from dressform.worker.tasks import WorkerTasks
from tests.helpers.bounces import BOUNCE_SECRET
from tests.helpers.databases import (
    BEHIND_PGBOUNCER,
    create_database,
    drop_database,
    isolated_database,
    url_of_database,
)
from tests.helpers.members import CreateMember, Mailbox, MemberClient
from tests.helpers.smtp_server import FakeSmtpServer

# What is lost in a crash does not matter to tests, and waiting for the disk would double their time.
FAST_DATABASE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

MASTER_KEY = new_master_key("tests")


async def _the_same(uow: UnitOfWork) -> datetime:
    return uow.now + timedelta(seconds=1)


WITHOUT_CLOCK_GUARD = DeletionGuard(clock_offset=timedelta(seconds=-1), database_clock=_the_same)
"""To it every clock agrees, and any time may pass at once."""


def without_clock_guard(settings: Settings, uows: UnitOfWorkFactory) -> WorkerTasks:
    return replace(create_tasks(settings, uows), guard=WITHOUT_CLOCK_GUARD)


class MovableClock:
    """Stands still until it is moved."""

    def __init__(self, url_of_database: datetime) -> None:
        self.at = url_of_database

    def __call__(self) -> datetime:
        return self.at

    def advance(self, **duration: float) -> None:
        self.at += timedelta(**duration)


@pytest.fixture(autouse=True)
def _ship_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shipping, "SHIP_INTERVAL_SECONDS", 0.02)


@pytest.fixture(scope="session")
def server() -> Iterator[embedded.Server]:
    # Not among pytest's own folders: they are closed to the user as whom PostgreSQL runs for root.
    with (
        tempfile.TemporaryDirectory() as state,
        embedded.start_server(Path(state), settings=FAST_DATABASE) as running,
    ):
        yield running


@pytest.fixture(scope="session")
def migrated_url(request: pytest.FixtureRequest, worker_id: str) -> str:
    """Return the URL of the embedded server, or that of TEST_DATABASE_URL, migrated."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given is None:
        server: embedded.Server = request.getfixturevalue("server")
        url = server.url()
    else:
        url = asyncio.run(_anew(given, f"dressform_test_{worker_id}"))
    _migrate(url)
    return url


@pytest.fixture(scope="session")
def template(migrated_url: str, worker_id: str) -> Iterator[str]:
    """Yield the name of a migrated, empty database: copying it is faster than migrating."""
    name = f"dressform_template_{worker_id}"
    _migrate(asyncio.run(_anew(migrated_url, name)))
    yield name
    asyncio.run(drop_database(migrated_url, name))


async def _anew(url: str, name: str) -> str:
    await drop_database(url, name)
    await create_database(url, name)
    return url_of_database(url, name)


def _migrate(url: str) -> None:
    asyncio.run(run_migrations(Settings(database_url=url, _env_file=None)))


@pytest.fixture
def settings(migrated_url: str, tmp_path: Path) -> Settings:
    return Settings(
        database_url=migrated_url,
        master_keys=MASTER_KEY,
        state_dir=tmp_path,
        database_pool_size=5,
        database_behind_pgbouncer=BEHIND_PGBOUNCER,
        mail_couriers=1,  # Mails arrive in the order in which they were written.
        bounce_secret=BOUNCE_SECRET,
        member_requests_per_minute=10**9,
        public_requests_per_second=10**9,
        failed_logins_per_minute=10**9,
        _env_file=None,
    )


@pytest.fixture
async def isolated_settings(settings: Settings, template: str) -> AsyncIterator[Settings]:
    """Yield settings of a database that only the test writes to."""
    async with isolated_database(settings, template=template) as own:
        yield own


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(datetime(2026, 3, 1, 12, tzinfo=UTC))


@pytest.fixture
async def app(settings: Settings, clock: MovableClock) -> AsyncIterator[FastAPI]:
    application = create_app(settings, clock)
    async with application.router.lifespan_context(application):
        yield application
    await _empty(settings)


async def _empty(settings: Settings) -> None:
    """Delete all rows; with so few, this is faster than TRUNCATE."""
    # Acts of consent go with their accounts, and can't be removed by themselves.
    kept = {"service_secret", "dataset_consent_act"}
    of_the_log = ["access_log", "spool_offset"]
    names = [each.name for each in reversed(Base.metadata.sorted_tables)]
    ours = [name for name in names if name not in {*kept, *of_the_log}]
    assert settings.database_url is not None
    url = settings.database_url.get_secret_value().replace("+asyncpg", "")
    connection = await asyncpg.connect(url)
    async with connection.transaction():
        await connection.execute("; ".join(f"DELETE FROM {name}" for name in ours))
        await connection.execute(SET_LOG_ROLE.sql)
        await connection.execute("; ".join(f"DELETE FROM {name}" for name in of_the_log))
    await connection.close()


@pytest.fixture
def uows(app: FastAPI) -> UnitOfWorkFactory:
    found: UnitOfWorkFactory = app.state.dressform.uows
    return found


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as made:
        yield made


@pytest.fixture
def worker_tasks(settings: Settings, uows: UnitOfWorkFactory) -> WorkerTasks:
    """Return the worker's tasks, with mail into files and the tests' clock alone."""
    return without_clock_guard(settings, uows)


@pytest.fixture
def mailbox(settings: Settings, worker_tasks: WorkerTasks) -> Mailbox:
    return Mailbox(settings.state_dir / "mail", worker_tasks.deliver_mails)


@pytest.fixture
async def smtp_server() -> AsyncIterator[FakeSmtpServer]:
    """Yield a real mail server."""
    office = FakeSmtpServer()
    await office.open()
    yield office
    await office.close()


@pytest.fixture
def create_member(client: httpx.AsyncClient, mailbox: Mailbox) -> CreateMember:
    """Makes a member as anybody becomes one: registered, and signed in by the mailed link."""

    async def make(username: str = "ada", **over: str) -> MemberClient:
        person = MemberClient(client, mailbox, username, **over)
        await person.register()
        assert (await person.confirm()).status_code == 200
        return person

    return make


@pytest.fixture
async def ada(create_member: CreateMember) -> MemberClient:
    return await create_member("ada")
