"""The supervisor of the service's processes: start, restart with backoff, stop."""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from dressform.errors import StartupError
from dressform.system.parent_watchdog import SUPERVISOR_PID_ENV

log = logging.getLogger(__name__)

START_TIMEOUT_SECONDS = 60.0
STOP_TIMEOUT_SECONDS = 10.0
_POLL_SECONDS = 0.1
_FIRST_BACKOFF = 0.5
_MAX_BACKOFF = 30.0
_BACKOFF_RESET_SECONDS = 60.0


class Restartable(Protocol):
    """A process that can be restarted."""

    @property
    def name(self) -> str: ...

    @property
    def exit_code(self) -> int | None: ...

    def start(self) -> None: ...


@dataclass(slots=True)
class ChildProcess:
    """A child process that runs a `dressform` command."""

    name: str
    environment: Mapping[str, str]
    files: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] | None = None

    @property
    def exit_code(self) -> int | None:
        """Return the exit code, None while the process runs."""
        return self.process.poll() if self.process else None

    @property
    def exited_by_itself(self) -> bool:
        """Return whether it exited by itself. A killed one, as by the OOM killer, is restarted."""
        return self.exit_code is not None and self.exit_code >= 0

    def start(self) -> None:
        self._close_stdin()
        self.process = subprocess.Popen(  # noqa: S603  our own program
            [sys.executable, "-m", "dressform", self.name],
            env={**self.environment, SUPERVISOR_PID_ENV: str(os.getpid())},
            pass_fds=self.files,
            stdin=subprocess.PIPE,  # For the child's parent watchdog: EOF when this process dies.
            # A session of its own, so that SIGINT of the terminal reaches the supervisor alone.
            start_new_session=True,
        )

    def terminate(self) -> None:
        if self.process:
            self.process.terminate()

    def wait(self, seconds: float) -> None:
        """Wait for the process to end, and kill it after `seconds`."""
        if self.process:
            try:
                self.process.wait(max(seconds, 0.01))
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._close_stdin()

    def _close_stdin(self) -> None:
        if self.process and self.process.stdin:
            self.process.stdin.close()


@dataclass(slots=True)
class Restarter:
    """Restarts a process with exponential backoff, at most every 30 s if it keeps failing."""

    process: Restartable
    started_at: float = field(default_factory=time.monotonic)
    restart_at: float | None = None
    backoff: float = _FIRST_BACKOFF / 2

    def poll(self) -> None:
        code = self.process.exit_code
        if code is None:
            return
        if self.restart_at is None:
            steady = time.monotonic() - self.started_at > _BACKOFF_RESET_SECONDS
            self.backoff = _FIRST_BACKOFF if steady else min(self.backoff * 2, _MAX_BACKOFF)
            self.restart_at = time.monotonic() + self.backoff
            log.warning("%s ended with %s: again in %.1f s", self.process.name, code, self.backoff)
        elif time.monotonic() >= self.restart_at:
            self.started_at, self.restart_at = time.monotonic(), None
            self._start()

    def _start(self) -> None:
        try:
            self.process.start()
        except (OSError, StartupError) as error:
            log.warning("%s can't be started: %s", self.process.name, error)


def supervise(
    children: Sequence[ChildProcess],
    *,
    already_running: Sequence[Restartable] = (),
    is_ready: Callable[[], bool],
    on_ready: Callable[[], None],
) -> None:
    """Run the children until SIGINT or SIGTERM.

    `already_running` processes are restarted too, but not stopped here. Raise StartupError when a
    child exits before `is_ready`, or nothing is ready within START_TIMEOUT_SECONDS.
    """
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    restarters = [Restarter(one) for one in (*already_running, *children)]
    try:
        for child in children:
            child.start()
        if _wait_until_ready(children, restarters, is_ready, stop):
            on_ready()
        while not stop.wait(_POLL_SECONDS):
            _poll_all(restarters)
    finally:
        _stop_all(children)


def _wait_until_ready(
    children: Sequence[ChildProcess],
    restarters: Sequence[Restarter],
    is_ready: Callable[[], bool],
    stop: threading.Event,
) -> bool:
    """Wait for `is_ready`. Return False when a signal came first."""
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while not stop.wait(_POLL_SECONDS):
        for child in children:
            if child.exited_by_itself:
                raise StartupError(f"`dressform {child.name}` ended at once: see above why.")
        _poll_all(restarters)
        if is_ready():
            return True
        if time.monotonic() > deadline:
            raise StartupError("The API did not come up within a minute: its log above says why.")
    return False


def _poll_all(restarters: Sequence[Restarter]) -> None:
    for restarter in restarters:
        restarter.poll()


def _stop_all(children: Sequence[ChildProcess]) -> None:
    for child in children:
        child.terminate()
    deadline = time.monotonic() + STOP_TIMEOUT_SECONDS
    for child in children:
        child.wait(deadline - time.monotonic())
