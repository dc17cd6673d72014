"""Dressform as real processes, and what a test asks of them."""

import asyncio
import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx

from dressform.db import embedded
from dressform.settings.settings import Settings
from tests.helpers.cli import environment

PATIENCE = 30.0
LISTENING = r"listening on (http://127\.0\.0\.1:\d+)"


def wait_until(holds: Callable[[], object], seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.02)


class Command:
    """A command of ours that runs until it is told to stop; its output is kept."""

    def __init__(
        self,
        *arguments: str,
        environment: dict[str, str],
        program: Sequence[str] = (sys.executable, "-m", "dressform"),
    ) -> None:
        self.output = ""
        self.process = subprocess.Popen(
            [*program, *arguments],
            env=environment,
            cwd=environment["DRESSFORM_STATE_DIR"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.output += line

    def says(self, pattern: str, seconds: float = PATIENCE) -> str:
        """Wait for output that matches, and return its first group."""

        def said() -> bool:
            ended = self.process.poll() is not None
            found = re.search(pattern, self.output)
            assert found or not ended or self._reader.is_alive(), self.output
            return found is not None

        wait_until(said, seconds)
        found = re.search(pattern, self.output)
        assert found is not None
        return found[1] if found.groups() else found[0]

    def ends(self, seconds: float = PATIENCE) -> int:
        """Wait for the end and return the exit code."""
        code = self.process.wait(seconds)
        self._reader.join(5)
        return code

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.process.pid, number)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._reader.join(5)
        # Who is left over keeps the pipe open, and closing our end would wait for them.
        if not self._reader.is_alive():
            assert self.process.stdout is not None
            self.process.stdout.close()


@contextlib.contextmanager
def command(*arguments: str, **options: Any) -> Iterator[Command]:
    """Run a command, and kill it at the end if it still runs."""
    running = Command(*arguments, **options)
    try:
        yield running
    finally:
        running.close()


class Database:
    """A PostgreSQL that a test stops and starts again, on the same socket."""

    def __init__(self, server: embedded.Server) -> None:
        assert server.process is not None
        self.server = server
        self._process = server.process

    def stop(self, way: signal.Signals) -> None:
        os.kill(self._process.pid, way)
        wait_until(lambda: self._process.exit_code is not None)

    def start(self) -> None:
        self._process.start()

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Let the server take connections and answer nothing, as when its disk hangs."""
        ids = [self._process.pid, *children_of(self._process.pid, "postgres")]
        for each in ids:
            os.kill(each, signal.SIGSTOP)
        try:
            yield
        finally:
            for each in ids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(each, signal.SIGCONT)


def processes_of(state: Path) -> dict[int, str]:
    """Return the processes of a state folder: command lines by process id."""
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal() and int(folder.name) != os.getpid():
            with contextlib.suppress(OSError):
                line = (folder / "cmdline").read_bytes()
                environment = (folder / "environ").read_bytes()
                if os.fsencode(state) in line + environment and line:
                    found[int(folder.name)] = line.replace(b"\0", b" ").decode()
    return found


def children_of(pid: int, containing: str) -> list[int]:
    """Return the child processes whose command line contains a text."""
    found = []
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        with contextlib.suppress(OSError):  # Gone since it was listed.
            line = Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            found += [int(child)] if containing in line else []
    return found


def is_live(base: str) -> bool:
    try:
        return httpx.get(f"{base}/health/live", timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


def mailed_token(state: Path) -> str:
    """Return the token of the newest mail."""
    found: list[str] = []

    def arrived() -> bool:
        mails = sorted((state / "mail").glob("*.eml"))
        found[:] = re.findall(r"#token=([\w-]{43})", mails[-1].read_text()) if mails else []
        return bool(found)

    wait_until(arrived)
    return found[0]


def serve_environment(settings: Settings) -> dict[str, str]:
    """Return the environment of `dressform serve` on a free port."""
    return environment(settings, DRESSFORM_PORT="0")


async def read_address(serve: Command) -> str:
    """Return the base URL that `dressform serve` prints when it listens."""
    return await asyncio.to_thread(serve.says, LISTENING)
