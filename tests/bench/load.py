"""A client that keeps connections busy and counts: run as a process of its own."""

import asyncio
import json
import os
import statistics
import sys
import time
from contextlib import suppress
from functools import partial
from itertools import cycle


class _Connection(asyncio.Protocol):
    """One request after the other on one connection, in turn, `pause` seconds apart."""

    def __init__(self, requests: list[str], until: float, pause: float) -> None:
        self._requests = cycle([request.encode() for request in requests])
        self._pause = pause
        self._until = until
        self._buffer = b""
        self.seconds: list[float] = []
        self.bad = 0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.WriteTransport = transport  # type: ignore[assignment]
        self._ask()

    def _ask(self) -> None:
        self._asked = time.perf_counter()
        self._transport.write(next(self._requests))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, separator, body = self._buffer.partition(b"\r\n\r\n")
        if not separator or len(body) < _length(head):
            return
        now = time.perf_counter()
        self.seconds.append(now - self._asked)
        self.bad += not head.startswith(b"HTTP/1.1 2")
        self._buffer = b""
        if now >= self._until:
            self._transport.close()
        elif self._pause:
            asyncio.get_running_loop().call_later(self._pause, self._ask)
        else:
            self._ask()

    def connection_lost(self, _: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)


def _length(head: bytes) -> int:
    _, _, rest = head.lower().partition(b"content-length: ")
    return int(rest.split(b"\r\n", 1)[0] or 0)


async def _run(
    port: int, requests: list[list[str]], seconds: float, pause: float
) -> dict[str, float]:
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    made = [
        (
            await loop.create_connection(
                partial(_Connection, in_turn, began + seconds, pause), "127.0.0.1", port
            )
        )[1]
        for in_turn in requests
    ]
    await asyncio.gather(*(connection.done for connection in made))
    took = time.perf_counter() - began
    times = sorted(second for connection in made for second in connection.seconds)
    return {
        "per_second": len(times) / took,
        "median_ms": statistics.median(times) * 1000,
        "p99_ms": times[int(len(times) * 0.99)] * 1000,
        "bad": sum(connection.bad for connection in made),
    }


def _go_first() -> None:
    """A client elsewhere waits for no processor of the service's: nor does this one, where it may."""
    with suppress(AttributeError, PermissionError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))


if __name__ == "__main__":
    wanted = json.loads(sys.stdin.read())
    if wanted["pause"]:
        _go_first()
    print(json.dumps(asyncio.run(_run(**wanted))))  # noqa: T201
