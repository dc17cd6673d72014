"""A server and its load, each a process of its own, and two servers compared."""

import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle, islice
from typing import Any

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "9"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "2"))
"""Longer than the access log's pause between shippings, so that each round has its part of them."""

CONNECTIONS = 16


@contextmanager
def served(factory: str, environment: Mapping[str, str]) -> Iterator[int]:
    """The port of an application under uvicorn."""
    port = _free_port()
    command = [sys.executable, "-m", "uvicorn", factory, "--factory", "--port", str(port)]
    options = ["--no-access-log", "--no-proxy-headers", "--log-level", "error"]
    process = subprocess.Popen([*command, *options], env={**os.environ, **environment})
    try:
        _wait(port)
        yield port
    finally:
        process.terminate()
        process.wait(15)


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


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the server did not come up")


@dataclass(frozen=True)
class Call:
    """A request; `{own}` in its path is what a connection has for itself."""

    method: str
    path: str
    body: dict[str, Any] | None = None

    def as_bytes(self, port: int, headers: Mapping[str, str], own: str) -> str:
        body = "" if self.body is None else json.dumps(self.body)
        lines = [
            f"{self.method} {self.path} HTTP/1.1".replace("{own}", own),
            f"Host: 127.0.0.1:{port}",
        ]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if body:
            lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        return "\r\n".join([*lines, "", body])


@dataclass(frozen=True)
class Asked:
    """What each connection asks of a server, in turn."""

    calls: Sequence[Call]
    headers: Mapping[str, str] = field(default_factory=dict)
    pause: float = 0.0
    """Seconds between an answer and the next request on its connection."""
    owns: Sequence[str] = ("",)

    @classmethod
    def get(
        cls, path: str, headers: Mapping[str, str] | None = None, pause: float = 0.0
    ) -> "Asked":
        return cls([Call("GET", path)], headers or {}, pause)

    def of(self, port: int, connections: int) -> dict[str, float]:
        owns = islice(cycle(self.owns), connections)
        wanted = {
            "port": port,
            "requests": [
                [call.as_bytes(port, self.headers, own) for call in self.calls] for own in owns
            ],
            "seconds": SECONDS,
            "pause": self.pause,
        }
        ran = subprocess.run(
            [sys.executable, "-m", "tests.bench.load"],
            input=json.dumps(wanted),
            capture_output=True,
            text=True,
            check=True,
        )
        found: dict[str, float] = json.loads(ran.stdout)
        assert not found["bad"], f"{self.calls}: {found['bad']} answers were not 2xx"
        return found


def compare(what: str, ours: int, other: int, asked: Asked) -> dict[str, Any]:
    """Throughput of a busy server; latency by a client that asks one after the other."""
    busy = _pairs(ours, other, asked, "per_second", CONNECTIONS)
    alone = _pairs(ours, other, asked, "median_ms", 1)
    return {
        "what": what,
        "ours_per_second": round(statistics.median(a for a, _ in busy)),
        "other_per_second": round(statistics.median(b for _, b in busy)),
        "throughput_ratio": round(statistics.median(a / b for a, b in busy), 3),
        "ours_median_ms": round(statistics.median(a for a, _ in alone), 3),
        "added_median_ms": round(statistics.median(a - b for a, b in alone), 4),
    }


def _pairs(
    ours: int, other: int, asked: Asked, measured: str, connections: int
) -> list[tuple[float, float]]:
    """Whichever was second in a round is first in the next: a machine that slows favours neither."""
    pairs = []
    for turn in range(ROUNDS):
        order = (ours, other) if turn % 2 else (other, ours)
        found = {port: asked.of(port, connections)[measured] for port in order}
        pairs.append((found[ours], found[other]))
    return pairs
