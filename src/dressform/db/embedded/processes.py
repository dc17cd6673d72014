"""Inspection and termination of operating-system processes by their id."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from dressform.errors import StartupError

STOP_TIMEOUT_SECONDS = 20.0  # For each shutdown mode.


def read_command_line(pid: int) -> str:
    """Return the command line of a process, empty if there is none."""
    if sys.platform == "linux":
        with suppress(OSError):
            return Path(f"/proc/{pid}/cmdline").read_text(errors="replace").replace("\0", " ")
        return ""
    command = ["/bin/ps", "-ww", "-o", "args=", "-p", str(pid)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout  # noqa: S603  a number


def is_postgres(command: str) -> bool:
    """Return whether a command line is that of a PostgreSQL server or backend."""
    program = command.partition(" -D ")[0].rpartition("/")[2]
    return program.strip() == "postgres" or command.startswith("postgres: ")


def stop_process(pid: int, is_gone: Callable[[], bool]) -> None:
    """Stop a server: fast shutdown (SIGINT), then immediate (SIGQUIT). Raise StartupError."""
    for way in (signal.SIGINT, signal.SIGQUIT):
        if is_gone():
            return
        with suppress(ProcessLookupError):
            os.kill(pid, way)
        if wait_until(is_gone, STOP_TIMEOUT_SECONDS):
            return
    raise StartupError(f"PostgreSQL (process {pid}) does not stop: end it by hand.")


def wait_until(holds: Callable[[], bool], seconds: float) -> bool:
    """Poll `holds`. Return whether it became true in time."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
