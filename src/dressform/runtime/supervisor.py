"""Running the service's processes side by side: started, watched, restarted, stopped together."""

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
    """A process that can be started again when it has ended."""

    @property
    def name(self) -> str: ...

    @property
    def ended_with(self) -> int | None: ...

    def start(self) -> None: ...


@dataclass(slots=True)
class ChildProcess:
    """A command of ours."""

    name: str
    environment: Mapping[str, str]
    files: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] | None = None

    @property
    def ended_with(self) -> int | None:
        """None while it lives."""
        return self.process.poll() if self.process else None

    @property
    def gave_up(self) -> bool:
        """Whether it ended by itself. One that was killed, as for want of memory, may do better."""
        return self.ended_with is not None and self.ended_with >= 0

    def start(self) -> None:
        self._let_go()
        self.process = subprocess.Popen(  # noqa: S603  our own program
            [sys.executable, "-m", "dressform", self.name],
            env={**self.environment, SUPERVISOR_PID_ENV: str(os.getpid())},
            pass_fds=self.files,
            stdin=subprocess.PIPE,  # The leash: it closes when we are gone.
            # A session of its own: Ctrl-C reaches the supervisor alone, which stops all in order.
            start_new_session=True,
        )

    def terminate(self) -> None:
        if self.process:
            self.process.terminate()

    def wait(self, seconds: float) -> None:
        """Until it has ended; one that takes longer is killed."""
        if self.process:
            try:
                self.process.wait(max(seconds, 0.01))
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._let_go()

    def _let_go(self) -> None:
        if self.process and self.process.stdin:
            self.process.stdin.close()


@dataclass(slots=True)
class Restarter:
    """Starts one again with back-off: at most every half minute if it keeps dying."""

    over: Restartable
    started_at: float = field(default_factory=time.monotonic)
    due_at: float | None = None
    pause: float = _FIRST_BACKOFF / 2

    def look(self) -> None:
        code = self.over.ended_with
        if code is None:
            return
        if self.due_at is None:
            steady = time.monotonic() - self.started_at > _BACKOFF_RESET_SECONDS
            self.pause = _FIRST_BACKOFF if steady else min(self.pause * 2, _MAX_BACKOFF)
            self.due_at = time.monotonic() + self.pause
            log.warning("%s ended with %s: again in %.1f s", self.over.name, code, self.pause)
        elif time.monotonic() >= self.due_at:
            self.started_at, self.due_at = time.monotonic(), None
            self._start()

    def _start(self) -> None:
        try:
            self.over.start()
        except (OSError, StartupError) as error:
            log.warning("%s can't be started: %s", self.over.name, error)


def supervise(
    children: Sequence[ChildProcess],
    *,
    running: Sequence[Restartable] = (),
    is_ready: Callable[[], bool],
    announce: Callable[[], None],
) -> None:
    """Until SIGINT or SIGTERM. What is `running` already is looked after too, and not stopped here.

    Raises StartupError when a child gives up before all is ready, or nothing is ready in a minute.
    """
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    watches = [Restarter(one) for one in (*running, *children)]
    try:
        for child in children:
            child.start()
        if _wait_until_ready(children, watches, is_ready, stop):
            announce()
        while not stop.wait(_POLL_SECONDS):
            _poll_all(watches)
    finally:
        _stop_all(children)


def _wait_until_ready(
    children: Sequence[ChildProcess],
    watches: Sequence[Restarter],
    is_ready: Callable[[], bool],
    stop: threading.Event,
) -> bool:
    """False when it was stopped meanwhile."""
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while not stop.wait(_POLL_SECONDS):
        for child in children:
            if child.gave_up:
                raise StartupError(f"`dressform {child.name}` ended at once: see above why.")
        _poll_all(watches)
        if is_ready():
            return True
        if time.monotonic() > deadline:
            raise StartupError("The API did not come up within a minute: its log above says why.")
    return False


def _poll_all(watches: Sequence[Restarter]) -> None:
    for watch in watches:
        watch.look()


def _stop_all(children: Sequence[ChildProcess]) -> None:
    for child in children:
        child.terminate()
    deadline = time.monotonic() + STOP_TIMEOUT_SECONDS
    for child in children:
        child.wait(deadline - time.monotonic())
