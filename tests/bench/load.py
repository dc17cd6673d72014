"""A client that sends prepared requests over busy connections and measures the answers.

`measure` runs the client as a process of its own, which is this module.
"""

import asyncio
import json
import os
import pickle
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import cycle
from typing import Any, Self

import uvloop


@dataclass(frozen=True, slots=True)
class Request:
    """A request of HTTP/1.1, ready to be sent."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @classmethod
    def with_json(
        cls, method: str, path: str, payload: Any, headers: Mapping[str, str] | None = None
    ) -> Self:
        headers = {**(headers or {}), "Content-Type": "application/json"}
        return cls(method, path, headers, json.dumps(payload).encode())

    def to_bytes(self) -> bytes:
        headers = {"Host": "localhost", **self.headers}
        if self.body:
            headers["Content-Length"] = str(len(self.body))
        lines = [f"{self.method} {self.path} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return "\r\n".join([*lines, "", ""]).encode() + self.body


@dataclass(frozen=True, slots=True)
class Load:
    """What the client sends: on each connection one request after the other.

    Each connection goes through its requests in their order, either once or again and again until
    `seconds` are over, with a pause of so many seconds before each next one.
    """

    connections: Sequence[Sequence[Request]]
    status: int | None = 200
    """Which every answer must have; None for any."""
    seconds: float = 1.0
    once: bool = False
    pause: float = 0.0


@dataclass(frozen=True, slots=True)
class Measured:
    """What the client found. `p50_ms` and `p99_ms` are percentiles of the times of the answers."""

    answers: int
    per_second: float
    p50_ms: float
    p99_ms: float


class UnexpectedAnswerError(Exception):
    """An answer had another status than every answer must have, or there was none."""


def measure(port: int, load: Load) -> Measured:
    """Send `load` to a local port. Raises UnexpectedAnswerError with the answer's text."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.bench.load"],
        input=pickle.dumps((port, load)),
        stdout=subprocess.PIPE,
        check=True,
    )
    found = json.loads(ran.stdout)
    if "unexpected" in found:
        raise UnexpectedAnswerError(found["unexpected"])
    return Measured(**found)


class _Connection(asyncio.Protocol):
    def __init__(self, port: int, load: Load, requests: Sequence[Request]) -> None:
        self._port = port
        heads = [(request.to_bytes(), request) for request in requests]
        self._requests: Iterator[tuple[bytes, Request]] = iter(heads) if load.once else cycle(heads)
        self._load = load
        self._received = bytearray()
        self._length: int | None = None
        self.seconds: list[float] = []
        self.finished: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]

    async def _open_again(self) -> None:
        """Go on after the server has closed the connection, as an attacker does."""
        self._received.clear()
        self._length = None
        if time.perf_counter() >= self._until:
            self.finished.set_result(None)
            return
        try:
            await asyncio.get_running_loop().create_connection(
                lambda: self, "127.0.0.1", self._port
            )
        except OSError as error:
            self._fail(str(error))
        else:
            self._send_next()

    def start(self, until: float) -> None:
        self._until = until
        self._send_next()

    def _send_next(self) -> None:
        if self._transport.is_closing():
            return
        sent = next(self._requests, None)
        if sent is None:
            self._finish()
            return
        data, self._request = sent
        self._sent_at = time.perf_counter()
        self._transport.write(data)

    def data_received(self, data: bytes) -> None:
        self._received += data
        if self._length is None:
            head, separator, _ = self._received.partition(b"\r\n\r\n")
            if not separator:
                return
            self._is_chunked = b"transfer-encoding: chunked" in head.lower()
            self._length = len(head) + 4 + self._body_length(bytes(head))
        if len(self._received) >= self._length and (
            not self._is_chunked or self._received.endswith(b"\r\n0\r\n\r\n")
        ):
            self._accept_answer()

    def _body_length(self, head: bytes) -> int:
        _, _, rest = head.lower().partition(b"content-length: ")
        if self._request.method == "HEAD" or not rest:
            return 0
        return int(rest.split(b"\r\n", 1)[0])

    def _accept_answer(self) -> None:
        now = time.perf_counter()
        self.seconds.append(now - self._sent_at)
        if self._load.status not in {None, int(self._received[9:12])}:
            self._fail(self._received.decode(errors="replace"))
            return
        self._received.clear()
        self._length = None
        if now >= self._until:
            self._finish()
        elif self._load.pause:
            asyncio.get_running_loop().call_later(self._load.pause, self._send_next)
        else:
            self._send_next()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._load.status is None and not self.finished.done():
            self._opening = asyncio.ensure_future(self._open_again())
            return
        self._fail(f"the connection was closed: {exc}")

    def _finish(self) -> None:
        self.finished.set_result(None)
        self._transport.close()

    def _fail(self, answer: str) -> None:
        if not self.finished.done():
            asked = f"{self._request.method} {self._request.path}"
            message = f"{asked} was not answered with {self._load.status}:\n{answer}"
            self.finished.set_exception(UnexpectedAnswerError(message))


async def _run(port: int, load: Load) -> Measured:
    loop = asyncio.get_running_loop()
    opened = [
        await loop.create_connection(partial(_Connection, port, load, requests), "127.0.0.1", port)
        for requests in load.connections
    ]
    connections = [protocol for _, protocol in opened]
    began = time.perf_counter()
    for connection in connections:
        connection.start(began + load.seconds)
    await asyncio.gather(*(connection.finished for connection in connections))
    took = time.perf_counter() - began
    times = sorted(second for connection in connections for second in connection.seconds)
    return Measured(
        answers=len(times),
        per_second=len(times) / took,
        p50_ms=statistics.median(times) * 1000,
        p99_ms=times[int(len(times) * 0.99)] * 1000,
    )


def _go_first() -> None:
    """Ask for real-time scheduling: a client on another machine would wait for no processor here."""
    with suppress(AttributeError, PermissionError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))


def main() -> None:
    port, load = pickle.load(sys.stdin.buffer)
    if load.pause:
        _go_first()
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            found = asdict(runner.run(_run(port, load)))
    except UnexpectedAnswerError as error:
        found = {"unexpected": str(error)}
    print(json.dumps(found))  # noqa: T201


if __name__ == "__main__":
    main()
