"""Long work on a machine that serves readers: it keeps to one processor, and goes last there.

Politeness alone is not enough. What sleeps and wakes again takes whichever processor is idle just then,
and whoever comes next has to wait for it, if only for a few milliseconds.
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

_POLITE = 10


def give_way(pid: int = 0) -> None:
    """All others go first; of ourselves, or of another process that may be told."""
    os.setpriority(os.PRIO_PROCESS, pid, max(_POLITE, os.getpriority(os.PRIO_PROCESS, pid)))


def keep_apart(engine: AsyncEngine) -> None:
    """Ourselves, and what PostgreSQL runs for our connections, if it is here and may be told."""
    if not hasattr(os, "sched_setaffinity"):
        give_way()
        return
    processor = {max(os.sched_getaffinity(0))}

    def move(pid: int) -> None:
        os.sched_setaffinity(pid, processor)
        give_way(pid)

    def moved_too(connection: Any, _: object) -> None:
        pid: int = connection.driver_connection.get_server_pid()
        with suppress(OSError):
            if Path(f"/proc/{pid}/cmdline").read_bytes().startswith(b"postgres:"):
                move(pid)

    move(0)
    event.listen(engine.sync_engine, "connect", moved_too)
