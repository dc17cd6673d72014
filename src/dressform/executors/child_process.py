"""A child process that computes one call at a time."""

import atexit
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from threading import Lock, Timer
from typing import Any, TypeVar

from dressform.system.parent_watchdog import SUPERVISOR_PID_ENV

_SETTING_PREFIX = "DRESSFORM_"

_EXIT_SECONDS = 0.2

Result = TypeVar("Result")


_CRASHES = frozenset(
    {signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGSEGV, signal.SIGSYS}
)
"""The signals by which a library ends its process, as C code does that ignores a failed allocation."""


class ChildFailedError(Exception):
    """A call ended its child.

    ChildFailedError
    ├── CallTooSlowError     it used more processor time than its limit
    ├── CallCrashedError     it crashed, for example at the limit of memory
    └── ChildLostError       no fault of the call: the child was killed, stopped, or did not start
    """


class CallTooSlowError(ChildFailedError):
    """The call used more processor time than its limit."""


class CallCrashedError(ChildFailedError):
    """The call crashed, for example because an allocation failed at the limit of memory."""


class ChildLostError(ChildFailedError):
    """The child was killed or stopped by something else, got no processor time, or did not start."""


class ChildProcess:
    """A process that is started at its first call, and again after it has failed.

    It gets no settings of the service, and so no keys. It ends when this process ends. It computes
    one call at a time.
    """

    def __init__(self, *, max_seconds: float, max_cpu_seconds: float, max_memory: int) -> None:
        self._max_seconds = max_seconds
        self._limits = max_memory, max_cpu_seconds
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None

    def run(self, call: Callable[..., Result], *args: Any) -> Result:
        """Return the result of a function of a module, or raise what it raises.

        Raise ChildFailedError when the child has ended.
        """
        with self._lock:
            try:
                succeeded, outcome = self._compute(call, args)
            except (OSError, EOFError):
                raise _explain_exit(self._stop()) from None
        if not succeeded:
            raise outcome from None
        result: Result = outcome
        return result

    def close(self) -> None:
        """Kill the child, also in the middle of a call, which then raises ChildLostError."""
        process = self._process
        if process is not None:
            process.kill()
        with self._lock:
            self._stop()

    def _compute(self, call: Callable[..., Any], args: tuple[Any, ...]) -> tuple[bool, Any]:
        """Return whether the call succeeded, and its result or error. Raise OSError or EOFError."""
        connection = self._connect()
        assert self._process is not None
        # Sending waits as well when the child is stopped: a picture does not fit into the buffer.
        timer = Timer(self._max_seconds, self._process.kill)
        timer.daemon = True
        timer.start()
        try:
            connection.send((call, args))
            outcome: tuple[bool, Any] = connection.recv()
        finally:
            timer.cancel()
        return outcome

    def _stop(self) -> int | None:
        """End the child. Return its exit code, None if there was no child."""
        atexit.unregister(self.close)
        process, connection = self._process, self._connection
        self._process = self._connection = None
        if connection is not None:
            with suppress(OSError):
                connection.close()
        if process is None:
            return None
        assert process.stdin is not None
        # A child that ended by itself may not be a zombie yet, when its socket is closed already.
        with suppress(subprocess.TimeoutExpired):
            process.wait(_EXIT_SECONDS)
        process.kill()
        process.stdin.close()
        return process.wait()

    def _connect(self) -> Connection:
        if self._connection is not None and self._process is not None:
            if self._process.poll() is None:
                return self._connection
            self._stop()
        ours, theirs = socket.socketpair()
        with ours, theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [
                    *(sys.executable, "-m", "dressform.executors.child_main"),
                    *(str(theirs.fileno()), *map(str, self._limits)),
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


def _explain_exit(exit_code: int | None) -> ChildFailedError:
    if exit_code is not None and -exit_code in _CRASHES:
        return CallCrashedError()
    return CallTooSlowError() if exit_code == -signal.SIGPROF else ChildLostError()


def _environment() -> dict[str, str]:
    kept = {name: text for name, text in os.environ.items() if not name.startswith(_SETTING_PREFIX)}
    return kept | {SUPERVISOR_PID_ENV: str(os.getpid())}
