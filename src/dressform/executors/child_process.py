"""A child process that computes one call at a time."""

import atexit
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from threading import Lock
from typing import Any, TypeVar

from dressform.system.parent_watchdog import SUPERVISOR_PID_ENV

_SETTING_PREFIX = "DRESSFORM_"

Result = TypeVar("Result")


class ChildFailedError(Exception):
    """The child took too long, or ended, for example by the limit of its memory."""


class ChildProcess:
    """A process that is started at its first call, and again after it has failed.

    It gets no settings of the service, and so no keys. It ends when this process ends. It computes
    one call at a time.
    """

    def __init__(self, *, max_seconds: float, max_memory: int) -> None:
        self._max_seconds = max_seconds
        self._max_memory = max_memory
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None

    def run(self, call: Callable[..., Result], *args: Any) -> Result:
        """Return the result of a function of a module, or raise what it raises.

        Raise ChildFailedError when the child took too long or has ended.
        """
        with self._lock:
            try:
                connection = self._connect()
                connection.send((call, args))
                # After the stop the connection is closed, and reading raises OSError.
                if not connection.poll(self._max_seconds):
                    self._stop()
                succeeded, outcome = connection.recv()
            except (OSError, EOFError):
                self._stop()
                raise ChildFailedError from None
        if not succeeded:
            raise outcome from None
        result: Result = outcome
        return result

    def close(self) -> None:
        """Kill the child, also in the middle of a call, which then raises ChildFailedError."""
        process = self._process
        if process is not None:
            process.kill()
        with self._lock:
            self._stop()

    def _stop(self) -> None:
        atexit.unregister(self.close)
        process, connection = self._process, self._connection
        self._process = self._connection = None
        if process is not None:
            assert process.stdin is not None
            process.kill()
            process.wait()
            process.stdin.close()
        if connection is not None:
            with suppress(OSError):
                connection.close()

    def _connect(self) -> Connection:
        if self._connection is not None and self._process is not None:
            if self._process.poll() is None:
                return self._connection
            self._stop()
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [
                    *(sys.executable, "-m", "dressform.executors.child_main"),
                    *(str(theirs.fileno()), str(self._max_memory)),
                ],
                pass_fds=[theirs.fileno()],
                # Never written to: at its EOF the child ends, even in the middle of a call.
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                env=_environment(),
            )
        self._connection = Connection(ours.detach())
        atexit.register(self.close)
        return self._connection


def _environment() -> dict[str, str]:
    kept = {name: text for name, text in os.environ.items() if not name.startswith(_SETTING_PREFIX)}
    return kept | {SUPERVISOR_PID_ENV: str(os.getpid())}
