"""A real disk that is full, with and without the database, and a process that is killed on it."""

import asyncio
import os
import signal
import sys
from collections import Counter
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from dressform.bootstrap import bootstrap
from dressform.settings.settings import Settings
from tests.helpers.access_log import as_log_role
from tests.helpers.cli import environment
from tests.processes.running import Command, Database, command, is_live, wait_until
from tests.processes.small_disk import lasting_disk

pytestmark = pytest.mark.slow

LISTENING = r"listening on (http://127\.0\.0\.1:\d+)"

SMALL_FILES = """
import runpy
from dressform.access_log import shipper, spool

spool.CAPACITY_BYTES, spool.RESERVE_BYTES, shipper.SHIP_INTERVAL_SECONDS = 65_536, 16_384, 0.1
runpy.run_module("dressform", run_name="__main__")
"""


@pytest.fixture
def durability() -> dict[str, str]:
    """The machine stays up, so what reached the kernel is safe; a commit waits for its log."""
    return {"fsync": "off", "full_page_writes": "off"}


def fill(folder: Path) -> Path:
    """Leave no block free."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            return filler


def live(serve: Command) -> str:
    base = serve.says(LISTENING)
    wait_until(lambda: is_live(base))
    return base


class Client(httpx.Client):
    """Remembers which answers came."""

    def __init__(self, base: str) -> None:
        super().__init__(base_url=base, timeout=20)
        self.answers: list[tuple[str, int]] = []

    def ask(self, path: str) -> httpx.Response:
        answer = self.get(path)
        self.answers.append((answer.headers["X-Request-ID"], answer.status_code))
        return answer


def use_up(client: Client, database: Database, spools: Path) -> Path:
    """Take first the disk and then the database away; return what fills the disk."""
    wait_until(lambda: len(list(spools.glob("*.spool"))) == 2)
    filler = fill(spools)
    for _ in range(1500):
        assert client.ask("/v1/measurements/neck").status_code == 200
    database.stop(signal.SIGQUIT)
    served = 0
    while (answer := client.ask("/v1/measurements/neck")).status_code == 200:
        served += 1
    assert served > 300
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert client.ask("/health/live").status_code == 200
    assert client.ask("/health/ready").status_code == 503
    return filler


async def recorded(settings: Settings) -> list[tuple[str, int]]:
    async with bootstrap(settings) as (uows, _), as_log_role(uows) as uow:
        rows = await uow.connection.execute(text("SELECT request_id, status FROM access_log"))
        return [(str(request_id), status) for request_id, status in rows]


async def test_killed_on_a_full_disk_while_the_database_is_away(
    on_own_server: Settings, database: Database
) -> None:
    folder = on_own_server.state_dir / "spool"
    folder.mkdir()
    with lasting_disk(folder, "256k") as (enter, spools):
        small = {
            "environment": environment(on_own_server, DRESSFORM_PORT="0"),
            "program": [*enter, sys.executable, "-c", SMALL_FILES],
        }
        with command("serve", **small) as serve:
            with Client(live(serve)) as client:
                filler = await asyncio.to_thread(use_up, client, database, spools)
            os.kill(serve.process.pid, signal.SIGKILL)
            serve.ends()
        database.start()
        with command("serve", **small) as full:
            assert full.ends() == 1
        filler.unlink()
        with command("serve", **small) as again:
            live(again)
            wait_until(lambda: len(list(spools.glob("*.spool"))) == 2)
            again.signal(signal.SIGTERM)
            assert again.ends() == 0, again.output
        assert list(spools.iterdir()) == []

    rows = await recorded(on_own_server)
    assert full.output == (
        f"dressform: The access log can't be kept in {folder} (No space left on device): let the "
        "service write there, make room, or set DRESSFORM_STATE_DIR to another folder.\n"
    )
    assert "No space left on device" in serve.output
    assert [row for row, times in Counter(rows).items() if times > 1] == []
    assert set(client.answers) - set(rows) == set(), serve.output
