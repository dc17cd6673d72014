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

from dressform.errors import StartupError
from dressform.leash import SUPERVISOR

log = logging.getLogger(__name__)

START_SECONDS = 60.0
STOP_SECONDS = 10.0
_TICK_SECONDS = 0.1
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0
_STEADY_SECONDS = 60.0


@dataclass(slots=True)
class Child:
    """One command of ours, and how long to wait before it is started again."""

    command: str
    environment: Mapping[str, str]
    files: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] = field(init=False)
    started_at: float = field(init=False)
    due_at: float | None = None
    pause: float = _FIRST_PAUSE / 2

    @property
    def has_ended(self) -> bool:
        return self.process.poll() is not None

    @property
    def gave_up(self) -> bool:
        """Whether it ended by itself. One that was killed, as for want of memory, may do better."""
        return self.has_ended and self.process.returncode >= 0

    def start(self) -> None:
        self.started_at, self.due_at = time.monotonic(), None
        self.process = subprocess.Popen(  # noqa: S603  our own program
            [sys.executable, "-m", "dressform", self.command],
            env={**self.environment, SUPERVISOR: str(os.getpid())},
            pass_fds=self.files,
            stdin=subprocess.PIPE,  # The leash: it closes when we are gone.
            # A session of its own: Ctrl-C reaches the supervisor alone, which stops all in order.
            start_new_session=True,
        )

    def look_after(self) -> None:
        """Started again with back-off: at most every half minute one that keeps dying."""
        if not self.has_ended:
            return
        if self.due_at is None:
            steady = time.monotonic() - self.started_at > _STEADY_SECONDS
            self.pause = _FIRST_PAUSE if steady else min(self.pause * 2, _LONGEST_PAUSE)
            self.due_at = time.monotonic() + self.pause
            code = self.process.returncode
            log.warning("%s ended with %s: again in %.1f s", self.command, code, self.pause)
        elif time.monotonic() >= self.due_at:
            self._let_go()
            self.start()

    def wait(self, seconds: float) -> None:
        """Until it has ended; one that takes longer is killed."""
        try:
            self.process.wait(max(seconds, 0.01))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._let_go()

    def _let_go(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()


def supervise(
    children: Sequence[Child],
    *,
    is_ready: Callable[[], bool],
    announce: Callable[[], None],
    check: Callable[[], None],
) -> None:
    """Until SIGINT or SIGTERM, or until `check` raises what can't go on like this.

    Raises StartupError when one gives up before all is ready, or nothing is ready in a minute.
    """
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    started: list[Child] = []
    try:
        for child in children:
            child.start()
            started.append(child)
        if _gets_ready(started, is_ready, stop):
            announce()
        while not stop.wait(_TICK_SECONDS):
            check()
            for child in started:
                child.look_after()
    finally:
        _stop(started)


def _gets_ready(
    children: Sequence[Child], is_ready: Callable[[], bool], stop: threading.Event
) -> bool:
    """False when it was stopped meanwhile."""
    deadline = time.monotonic() + START_SECONDS
    while not stop.wait(_TICK_SECONDS):
        for child in children:
            if child.gave_up:
                raise StartupError(f"`dressform {child.command}` ended at once: see above why.")
            child.look_after()
        if is_ready():
            return True
        if time.monotonic() > deadline:
            raise StartupError("The API did not come up within a minute: its log above says why.")
    return False


def _stop(children: Sequence[Child]) -> None:
    for child in children:
        if not child.has_ended:
            child.process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for child in children:
        child.wait(deadline - time.monotonic())
