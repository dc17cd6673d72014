import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dressform.bootstrap import run_migrations
from dressform.db import embedded
from dressform.settings.settings import Settings
from tests.conftest import FAST_DATABASE, MASTER_KEY
from tests.processes.running import Database, processes_of


@contextmanager
def _folder() -> Iterator[Path]:
    """A state folder with a space in its path; nothing may run on it afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="dressform test "))
    folder.chmod(0o755)  # As root the server runs as another user, who must get through.
    yield folder
    left = processes_of(folder)
    shutil.rmtree(folder)
    assert left == {}


@pytest.fixture
def fresh() -> Iterator[Path]:
    """As on a machine that Dressform never ran on."""
    with _folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def made() -> Iterator[Path]:
    """With a database made once: most tests are about what happens afterwards."""
    with _folder() as folder:
        with embedded.start_server(folder, settings=FAST_DATABASE) as server:
            asyncio.run(run_migrations(Settings(database_url=server.url(), _env_file=None)))
        yield folder


@pytest.fixture
def state(made: Path) -> Iterator[Path]:
    with _folder() as folder:
        subprocess.run(["cp", "-a", f"{made}/.", folder], check=True)
        yield folder


@pytest.fixture
def alone(state: Path) -> dict[str, str]:
    return _alone(state)


def _alone(state: Path) -> dict[str, str]:
    """What `dressform up` needs on a machine of its own, on any free port."""
    return {
        "PATH": os.environ["PATH"],
        "DRESSFORM_STATE_DIR": str(state),
        "DRESSFORM_PORT": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


@pytest.fixture
def durability() -> dict[str, str]:
    """Settings of the database that a test stops; one that counts what it keeps has its own."""
    return FAST_DATABASE


@pytest.fixture
def database(durability: dict[str, str]) -> Iterator[Database]:
    """A PostgreSQL that a test stops and starts again, on the same socket."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        with embedded.start_server(Path(folder), settings=durability) as server:
            yield Database(server)


@pytest.fixture
async def on_own_server(database: Database, tmp_path: Path) -> Settings:
    """Of a service on that database."""
    made = Settings(
        database_url=database.server.url(),
        master_keys=MASTER_KEY,
        state_dir=tmp_path,
        _env_file=None,
    )
    await run_migrations(made)
    return made
