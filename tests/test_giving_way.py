"""Long work goes last, and so does what PostgreSQL runs for it; afterwards its session is as it was."""

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
import asyncio, json, os
from pathlib import Path
from sqlalchemy import text
from dressform.process import opened
from dressform.settings import load

def niceness(pid):
    session = Path(f"/proc/{pid}/autogroup").read_text().split()[-1]
    return [os.getpriority(os.PRIO_PROCESS, pid), int(session)]

async def main():
    ours = os.getpid()
    async with opened(load(), last=True) as (units, _), units.writing() as unit:
        backend = await unit.connection.scalar(text("SELECT pg_backend_pid()"))
        print(json.dumps([niceness(ours), niceness(backend)]))
    print(json.dumps(niceness(ours)))

asyncio.run(main())
"""

pytestmark = pytest.mark.skipif(
    "TEST_DATABASE_URL" in os.environ or not Path("/proc/self/autogroup").exists(),
    reason="PostgreSQL is elsewhere, or sessions are not told apart here",
)


async def test_both_sides_of_a_connection_go_last(own: Settings) -> None:
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", WORK],
        env=environment(own),
        capture_output=True,
        text=True,
        check=False,
        start_new_session=True,
    )
    assert done.returncode == 0, done.stderr

    during, after = map(json.loads, done.stdout.splitlines())
    assert during == [[19, 19], [19, 19]]
    assert after == [19, 0]
