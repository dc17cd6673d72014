"""Long work on a machine that serves readers: they go first.

Two things decide who goes first: how nice a process is and, where Linux groups processes by the session
they are in, how nice that session is. PostgreSQL gives each of its backends a session of its own, beside
which the niceness of the backend alone says nothing (sched(7), "The autogroup feature").
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

_POLITE, _LAST = 10, 19


def give_way(niceness: int = _POLITE, *, pid: int = 0) -> None:
    """Of ourselves, or of another process that may be told."""
    os.setpriority(os.PRIO_PROCESS, pid, max(niceness, os.getpriority(os.PRIO_PROCESS, pid)))


@contextmanager
def going_last(engine: AsyncEngine) -> Iterator[None]:
    """Ourselves, and what PostgreSQL runs for our connections, if it is here and may be told.

    Until the block ends so does what else is in our session: the terminal's other programs. What was
    ahead of others is not put back there, which takes privileges.
    """
    event.listen(engine.sync_engine, "connect", _make_last)
    give_way(_LAST)
    before = _session_niceness()
    _renice_session("self", _LAST)
    try:
        yield
    finally:
        if before is not None:
            _renice_session("self", max(before, 0))


def _make_last(connection: Any, _: object) -> None:
    pid: int = connection.driver_connection.get_server_pid()
    with suppress(OSError):
        if Path(f"/proc/{pid}/cmdline").read_bytes().startswith(b"postgres:"):
            give_way(_LAST, pid=pid)
            _renice_session(pid, _LAST)


def _session_niceness() -> int | None:
    """Ours; None where sessions are not told apart."""
    with suppress(OSError, ValueError):
        return int(_session("self").read_text().rpartition(" ")[2])
    return None


def _renice_session(pid: int | str, niceness: int) -> None:
    """Where sessions are told apart, and by us."""
    for _ in range(5):
        try:
            _session(pid).write_text(str(niceness))
        except BlockingIOError:
            time.sleep(0.1)  # Of all users but root Linux takes ten of these a second.
        except OSError:
            return
        else:
            return


def _session(pid: int | str) -> Path:
    return Path(f"/proc/{pid}/autogroup")
