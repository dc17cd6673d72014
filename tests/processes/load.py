"""A client that asks without a pause and counts whole answers: run as a process of its own.

It goes on through whatever befalls the server, until its standard input is closed.
"""

import asyncio
import itertools
import json
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

_PAUSE_SECONDS = 0.05
_REQUESTS_OF_A_CONNECTION = 50
"""Then another, so that a process that came later has its part of the load too."""

_BROKEN = (OSError, asyncio.IncompleteReadError)


def _get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


def _post(path: str, body: bytes) -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


REQUESTS = (
    _get("/health/live"),
    _get("/v1/measurements"),
    _get("/v1/models/0197a0b0-0000-7000-8000-000000000000"),
    _get("/health/ready"),
    _get("/somewhere"),
    _post("/v1/auth/refresh", b'{"refresh_token": "%b"}' % (b"x" * 80)),
)


@dataclass
class Counts:
    """What became of the requests; one cut off may or may not have been answered."""

    complete: Counter[int] = field(default_factory=Counter)
    cut_off: int = 0
    refused: int = 0


@dataclass
class Load:
    port: int
    answers: TextIO
    """Receives a line for each whole answer: X-Request-ID and status."""

    counts: Counts = field(default_factory=Counts)
    stopping: bool = False

    async def keep_asking(self, first: int) -> None:
        requests = itertools.cycle(REQUESTS[first:] + REQUESTS[:first])
        while not self.stopping:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            except OSError:
                self.counts.refused += 1
                await asyncio.sleep(_PAUSE_SECONDS)
                continue
            await self._use(reader, writer, requests)
            writer.close()

    async def _use(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        requests: "itertools.cycle[bytes]",
    ) -> None:
        """One request after the other, until the connection breaks or has had its share."""
        for request in itertools.islice(requests, _REQUESTS_OF_A_CONNECTION):
            if self.stopping:
                return
            writer.write(request)
            try:
                headers = _headers(await reader.readuntil(b"\r\n\r\n"))
                await reader.readexactly(int(headers["content-length"]))
            except _BROKEN:
                self.counts.cut_off += 1
                return
            self._count(headers)
            if headers.get("connection") == "close":
                return

    def _count(self, headers: dict[str, str]) -> None:
        self.counts.complete[int(headers["status"])] += 1
        self.answers.write(f"{headers['x-request-id']} {headers['status']}\n")


def _headers(head: bytes) -> dict[str, str]:
    first, *lines = head.decode().rstrip().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    return headers | {"status": first.split(" ")[1]}


async def _main(port: int, connections: int, answers: Path) -> Counts:
    with answers.open("w") as file:
        load = Load(port, file)
        asking = [
            asyncio.create_task(load.keep_asking(number % len(REQUESTS)))
            for number in range(connections)
        ]
        await asyncio.to_thread(sys.stdin.read)
        load.stopping = True
        await asyncio.gather(*asking)
    return load.counts


if __name__ == "__main__":
    port, connections, answers = sys.argv[1:]
    counts = asyncio.run(_main(int(port), int(connections), Path(answers)))
    print(json.dumps(vars(counts)))  # noqa: T201  what the test reads
