"""Long work on a machine that serves readers: they go first, before us and before what PostgreSQL runs
for our connections, if it is here and may be told.

How nice a process is says little there: Linux gives each session its share, PostgreSQL gives each of
its backends a session of its own, and whoever has the processor keeps it for a slice.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from dressform.scheduling import lengthen_slice, renice_session, session_niceness

Manners = Callable[[AsyncEngine], AbstractContextManager[object]]
"""How whoever works with these connections for the length of a block treats others on the machine."""

_POLITE, _LAST = 10, 19


@contextmanager
def giving_way(engine: AsyncEngine) -> Iterator[None]:
    """Others interrupt us, and have the larger share. For us that stays so after the block."""
    _tell_backends(engine, _POLITE)
    _be_nice(_POLITE)
    yield


@contextmanager
def going_last(engine: AsyncEngine) -> Iterator[None]:
    """What others leave is ours.

    Until the block ends so does what else is in our session: the terminal's other programs. What was
    ahead of others is not put back there, which takes privileges.
    """
    _tell_backends(engine, _LAST)
    _be_nice(_LAST)
    before = session_niceness()
    renice_session("self", _LAST)
    try:
        yield
    finally:
        if before is not None:
            renice_session("self", max(before, 0))


def _tell_backends(engine: AsyncEngine, niceness: int) -> None:
    """Each has a session of its own."""

    def tell(connection: Any, _: object) -> None:
        pid: int = connection.driver_connection.get_server_pid()
        with suppress(OSError):
            if Path(f"/proc/{pid}/cmdline").read_bytes().startswith(b"postgres:"):
                _be_nice(niceness, pid)
                renice_session(pid, niceness)

    event.listen(engine.sync_engine, "connect", tell)


def _be_nice(niceness: int, pid: int = 0) -> None:
    """At least so nice, and interrupted by whoever wakes."""
    os.setpriority(os.PRIO_PROCESS, pid, max(niceness, os.getpriority(os.PRIO_PROCESS, pid)))
    lengthen_slice(pid)
