"""A watchdog that ends a child process when its parent dies, even by SIGKILL."""

import os
import signal
import sys
import threading
from collections.abc import Callable

SUPERVISOR_PID_ENV = "_DRESSFORM_SUPERVISOR"
"""Set by a supervisor, which keeps the write end of the child's standard input open."""


def exit_when_parent_dies() -> None:
    """Start a thread that sends SIGTERM to this process once its supervisor is gone.

    The supervisor writes nothing to the pipe, so that a read returns only at EOF.
    """
    if SUPERVISOR_PID_ENV in os.environ:
        pipe = sys.stdin.fileno()
        # os.read, not sys.stdin: a thread blocked in its buffer lock aborts interpreter shutdown.
        _terminate_after(lambda: os.read(pipe, 1))


def _terminate_after(event: Callable[[], object]) -> None:
    def terminate_at_eof() -> None:
        event()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=terminate_at_eof, name="parent-watchdog", daemon=True).start()
