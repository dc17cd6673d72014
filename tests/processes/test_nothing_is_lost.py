"""Whoever has a whole answer has its row, whatever is killed meanwhile, and no row is there twice."""

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import text

from dressform.access_log.recovery import SpoolRecovery
from dressform.bootstrap import bootstrap
from dressform.settings.settings import Settings
from tests.helpers.access_log import as_log_role
from tests.helpers.cli import environment
from tests.processes.running import Command, Database, children_of, command, wait_until

pytestmark = pytest.mark.slow

PROCESSES = 3
KILLS = 10
OUTAGES = {3: signal.SIGINT, 7: signal.SIGQUIT}
"""Before which kills the database goes, and how: stopped, or crashed."""

CONNECTIONS = 12


@pytest.fixture
def durability() -> dict[str, str]:
    """The machine stays up, so what reached the kernel is safe; a commit waits for its log."""
    return {"fsync": "off", "full_page_writes": "off"}


def serving(serve: Command, spools: Path) -> list[int]:
    """Its processes that have opened their spool."""
    return [pid for pid in children_of(serve.process.pid, "") if _holds(pid, spools)]


def _holds(pid: int, spools: Path) -> bool:
    try:
        descriptors = list(Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return False
    files = [file for descriptor in descriptors if (file := _follow(descriptor))]
    return any(file.parent == spools and file.suffix == ".spool" for file in files)


def _follow(descriptor: Path) -> Path | None:
    """Return the file of a descriptor, or None when it was closed since the folder was listed."""
    try:
        return descriptor.readlink()
    except OSError:
        return None


def loading(port: int, answers: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.processes.load", str(port), str(CONNECTIONS), answers],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def disturb(serve: Command, database: Database, spools: Path) -> None:
    """Kill the oldest process as soon as another one serves."""
    chance = random.Random(1)
    for kill in range(KILLS):
        way = OUTAGES.get(kill)
        await_serving(PROCESSES if way else 2, serve, spools)
        time.sleep(chance.uniform(0.1, 0.5))
        if way:
            database.stop(way)
            time.sleep(1)
        victim = min(await_serving(1, serve, spools))
        os.kill(victim, signal.SIGKILL)
        if way:
            database.start()
        await_death(victim)
    await_serving(PROCESSES, serve, spools)
    # Each has two: those of the dead are shipped.
    wait_until(lambda: len(list(spools.glob("*.spool"))) == 2 * PROCESSES)


def await_serving(least: int, serve: Command, spools: Path) -> list[int]:
    pids: list[int] = []

    def are_enough() -> bool:
        pids[:] = serving(serve, spools)
        return len(pids) >= least

    wait_until(are_enough)
    return pids


def await_death(pid: int) -> None:
    """Its files are closed then."""
    wait_until(lambda: not Path(f"/proc/{pid}/exe").exists())


async def recorded(settings: Settings) -> list[tuple[str, int]]:
    """Request id and status of every row."""
    async with bootstrap(settings) as (uows, _), as_log_role(uows) as uow:
        rows = await uow.connection.execute(text("SELECT request_id, status FROM access_log"))
        return [(str(request_id), status) for request_id, status in rows]


async def recovered(settings: Settings, spools: Path) -> None:
    """As at the next start, should a busy machine have left lines for it."""
    async with bootstrap(settings) as (uows, _):
        await SpoolRecovery(uows, spools).recover()


def read(file: Path) -> set[tuple[str, int]]:
    pairs = [line.split() for line in file.read_text().splitlines()]
    return {(request_id, int(status)) for request_id, status in pairs}


async def test_every_whole_answer_has_exactly_one_row(
    on_own_server: Settings, database: Database, tmp_path: Path
) -> None:
    spools, answers = on_own_server.state_dir / "spool", tmp_path / "answers"
    with command(
        "serve",
        "--workers",
        str(PROCESSES),
        environment=environment(on_own_server, DRESSFORM_PORT="0"),
    ) as serve:
        port = await asyncio.to_thread(serve.says, r"listening on http://127\.0\.0\.1:(\d+)")
        with loading(int(port), answers) as load:
            try:
                await asyncio.to_thread(disturb, serve, database, spools)
            finally:
                said, _ = await asyncio.to_thread(load.communicate)
        serve.signal(signal.SIGTERM)
        code = await asyncio.to_thread(serve.ends, 20)

    counts = json.loads(said)
    await recovered(on_own_server, spools)
    answered, rows = read(answers), await recorded(on_own_server)
    assert code == 0, serve.output
    assert len(answered) == sum(counts["complete"].values()) > 1000
    assert counts["complete"].keys() >= {"200", "401", "404", "503"}
    assert counts["cut_off"] >= KILLS
    assert [row for row, times in Counter(rows).items() if times > 1] == []
    assert answered - set(rows) == set(), serve.output
    assert len(answered) <= len(rows) <= len(answered) + counts["cut_off"]
    assert list(spools.iterdir()) == []
