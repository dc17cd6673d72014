"""Long work keeps to one processor and goes last there, and so does what PostgreSQL runs for it."""

import asyncio
import json
import os
import subprocess
import sys

from dressform.settings import Settings
from tests.commands import environment

WORK = """
import asyncio, json, os
from sqlalchemy import text
from dressform.process import opened
from dressform.settings import load

async def main():
    async with opened(load(), apart=True) as (units, _), units.writing() as unit:
        backend = await unit.connection.scalar(text("SELECT pg_backend_pid()"))
        found = [
            [sorted(os.sched_getaffinity(pid)), os.getpriority(os.PRIO_PROCESS, pid)]
            for pid in (0, backend)
        ]
        print(json.dumps(found))

asyncio.run(main())
"""


async def test_both_sides_of_a_connection_are_kept_apart(own: Settings) -> None:
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", WORK],
        env=environment(own),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr

    ours, theirs = json.loads(done.stdout)
    last = max(os.sched_getaffinity(0))
    niceness = max(10, os.getpriority(os.PRIO_PROCESS, 0))
    assert ours == theirs == [[last], niceness]
