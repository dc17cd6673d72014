"""Children that end with whoever started them, even if that was killed."""

import os
import signal
import sys
import threading
from collections.abc import Callable

SUPERVISOR_PID_ENV = "_DRESSFORM_SUPERVISOR"
"""Set for a process whose standard input is a pipe that its supervisor holds open."""


def exit_when_parent_dies() -> None:
    """Nothing ever comes by that pipe; that it closes means that the supervisor is gone."""
    if SUPERVISOR_PID_ENV in os.environ:
        pipe = sys.stdin.fileno()
        # Not by `sys.stdin`: a thread that waits in there breaks the interpreter's end.
        _terminate_after(lambda: os.read(pipe, 1))


def _terminate_after(event: Callable[[], object]) -> None:
    def watch() -> None:
        event()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="leash", daemon=True).start()
