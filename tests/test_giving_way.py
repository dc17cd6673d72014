"""Long work gives way, or goes last, and so does what PostgreSQL runs for it."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dressform.settings import Settings
from tests.commands import environment

WORK = """
import asyncio, json, os, sys
from pathlib import Path
from sqlalchemy import text
from dressform import giving_way
from dressform.process import opened
from dressform.settings import load

def told(pid):
    session = Path(f"/proc/{pid}/autogroup").read_text().split()[-1]
    lines = Path(f"/proc/{pid}/sched").read_text().splitlines()
    slice = next(line.split()[-1] for line in lines if line.startswith("se.slice"))
    return [os.getpriority(os.PRIO_PROCESS, pid), int(session), int(slice) // 1_000_000]

async def main():
    manners = getattr(giving_way, sys.argv[1])
    async with opened(load(), manners=manners) as (units, _), units.writing() as unit:
        backend = await unit.connection.scalar(text("SELECT pg_backend_pid()"))
        print(json.dumps([told(os.getpid()), told(backend)]))
    print(json.dumps(told(os.getpid())))

asyncio.run(main())
"""

_OURS = os.getpriority(os.PRIO_PROCESS, 0)


def _tells_everything() -> bool:
    """Linux tells sessions apart, and how long a slice somebody asked for."""
    told = Path("/proc/self/sched")
    return (
        Path("/proc/self/autogroup").exists() and told.exists() and "se.slice" in told.read_text()
    )


pytestmark = pytest.mark.skipif(
    "TEST_DATABASE_URL" in os.environ or not _tells_everything(),
    reason="PostgreSQL is elsewhere, or Linux tells too little",
)


@pytest.mark.parametrize(
    ("manners", "ours", "backend", "afterwards"),
    [
        # Niceness, that of the session, and the slice in milliseconds.
        (
            "giving_way",
            [max(10, _OURS), 0, 100],
            [max(10, _OURS), 10, 100],
            [max(10, _OURS), 0, 100],
        ),
        ("going_last", [19, 19, 100], [19, 19, 100], [19, 0, 100]),
    ],
)
async def test_both_sides_of_a_connection_are_told(
    own: Settings, manners: str, ours: list[int], backend: list[int], afterwards: list[int]
) -> None:
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", WORK, manners],
        env=environment(own),
        capture_output=True,
        text=True,
        check=False,
        start_new_session=True,
    )
    assert done.returncode == 0, done.stderr

    during, after = map(json.loads, done.stdout.splitlines())
    assert during == [ours, backend]
    assert after == afterwards
