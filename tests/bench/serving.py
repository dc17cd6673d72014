"""Databases and servers for the benches, each a process of its own."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from dressform.db import embedded
from tests.helpers.bounces import BOUNCE_SECRET

START_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Server:
    """A server of HTTP: one process."""

    port: int
    pid: int

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"


@contextmanager
def running_database() -> Iterator[embedded.Server]:
    """Run PostgreSQL on an empty database, and let the settings of the environment name it."""
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder)
        state.chmod(0o711)
        with embedded.start_server(state) as server:
            use_database(server)
            yield server


def use_database(server: embedded.Server) -> None:
    """Let the settings of the environment name a database that is running."""
    os.environ |= {
        "DRESSFORM_DATABASE_URL": server.url(),
        "DRESSFORM_STATE_DIR": str(server.data.parent),
        "DRESSFORM_LOG_LEVEL": "warning",
        # An access token names it; the default holds the port, which is another for each server.
        "DRESSFORM_PUBLIC_URL": "http://localhost:8000",
        # A few clients send as many requests as the service can answer.
        "DRESSFORM_BOUNCE_SECRET": BOUNCE_SECRET,
        "DRESSFORM_MEMBER_REQUESTS_PER_MINUTE": str(10**9),
        "DRESSFORM_PUBLIC_REQUESTS_PER_SECOND": str(10**9),
        "DRESSFORM_FAILED_LOGINS_PER_MINUTE": str(10**9),
    }


@contextmanager
def running_service() -> Iterator[Server]:
    """Run `dressform serve` with the settings of the environment."""
    port = _free_port()
    command = [sys.executable, "-m", "dressform", "serve", "--port", str(port)]
    with _running(port, command, {}) as server:
        yield server


@contextmanager
def running_app(
    factory: str, environment: Mapping[str, str] | None = None, *, python: str = sys.executable
) -> Iterator[Server]:
    """Run an application under uvicorn, with uvloop and httptools as the service has them."""
    port = _free_port()
    command = [python, "-m", "uvicorn", factory, "--factory", "--port", str(port)]
    command += ["--loop", "uvloop", "--http", "httptools"]
    command += ["--no-access-log", "--no-proxy-headers", "--log-level", "error"]
    with _running(port, command, environment or {}) as server:
        yield server


@contextmanager
def _running(port: int, command: Sequence[str], environment: Mapping[str, str]) -> Iterator[Server]:
    process = subprocess.Popen(command, env={**os.environ, **environment})
    try:
        _wait_until_answering(port, process)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait(15)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_answering(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            httpx.get(f"http://127.0.0.1:{port}/health/live", timeout=START_SECONDS)
        except httpx.ConnectError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"the server did not start: {process.args!r}")


@contextmanager
def begun(module: str) -> Iterator[subprocess.Popen[bytes]]:
    """A module that runs beside us, from the first line that it says until the block ends."""
    process = subprocess.Popen([sys.executable, "-m", module], stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
    finally:
        process.kill()
        process.wait()
