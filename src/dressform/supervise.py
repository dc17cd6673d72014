"""Running the service's processes side by side: started, watched, restarted, stopped together."""

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

log = logging.getLogger(__name__)

STOP_SECONDS = 10
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0
_STEADY_SECONDS = 60.0


@dataclass(slots=True)
class Child:
    """One command of ours, and how long to wait before it is started again."""

    command: str
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes] = field(init=False)
    started_at: float = field(init=False)
    pause: float = _FIRST_PAUSE

    def start(self) -> None:
        self.started_at = time.monotonic()
        # A session of its own: Ctrl-C reaches the supervisor alone, which stops all in order.
        self.process = subprocess.Popen(  # noqa: S603  our own program
            [sys.executable, "-m", "dressform", self.command],
            env=dict(self.environment),
            start_new_session=True,
        )

    def restart(self) -> None:
        """With back-off: at most every half minute one that keeps dying."""
        steady = time.monotonic() - self.started_at > _STEADY_SECONDS
        self.pause = _FIRST_PAUSE if steady else min(self.pause * 2, _LONGEST_PAUSE)
        log.warning(
            "%s ended with %s: starting it again in %.1f s",
            self.command,
            self.process.returncode,
            self.pause,
        )
        time.sleep(self.pause)
        self.start()

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class _Stop(Exception):
    pass


def _raise_stop(*_: object) -> None:
    raise _Stop


def supervise(
    commands: tuple[str, ...], environment: Mapping[str, str], ready: Callable[[], None]
) -> None:
    """Until SIGINT or SIGTERM. `ready` is called once all have been started."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _raise_stop)
    marked = {**environment, "DRESSFORM_SUPERVISOR": str(os.getpid())}
    children = [Child(command, marked) for command in commands]
    started: list[Child] = []
    try:
        for child in children:
            child.start()
            started.append(child)
        ready()
        while True:
            time.sleep(0.2)
            for child in children:
                if child.process.poll() is not None:
                    child.restart()
    except _Stop:
        pass
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        for child in started:
            child.stop()
