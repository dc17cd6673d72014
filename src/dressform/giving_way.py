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
    session, before = _Session("self"), _Session("self").niceness
    session.niceness = _LAST
    try:
        yield
    finally:
        session.niceness = None if before is None else max(before, 0)


def _make_last(connection: Any, _: object) -> None:
    pid: int = connection.driver_connection.get_server_pid()
    with suppress(OSError):
        if Path(f"/proc/{pid}/cmdline").read_bytes().startswith(b"postgres:"):
            give_way(_LAST, pid=pid)
            _Session(pid).niceness = _LAST


class _Session:
    """Of a process; without a niceness where sessions aren't told apart, or not by us."""

    def __init__(self, pid: int | str) -> None:
        self._file = Path(f"/proc/{pid}/autogroup")

    @property
    def niceness(self) -> int | None:
        with suppress(OSError, ValueError):
            return int(self._file.read_text().rpartition(" ")[2])
        return None

    @niceness.setter
    def niceness(self, niceness: int | None) -> None:
        for _ in range(5):
            try:
                if niceness is not None:
                    self._file.write_text(str(niceness))
            except BlockingIOError:
                time.sleep(0.1)  # Of all users but root Linux takes ten of these a second.
            except OSError:
                return
            else:
                return
