"""A disk that takes no more: said loudly, and what is held is shipped all the same."""

import asyncio
import errno
import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from dressform.errors import Unavailable
from dressform.middleware.spooling.spool import Spool, new_spool
from tests.middleware.lines import line, lines
from tests.middleware.records import records

FULL = """
import json, sys
from pathlib import Path
from dressform.middleware.spooling.spool import Spool, new_spool

folder, lines = Path(sys.argv[1]), sys.stdin.buffer.read().splitlines(keepends=True)
whole = lambda spool, start: spool.read(start, 1_000_000).decode()
spool, told = new_spool(folder), {}
spool.append(lines[0])
filler = (folder / "filler").open("wb", buffering=0)
while True:
    try:
        filler.write(b"x" * 512)
    except OSError:
        break
for line in lines[1:100]:
    spool.append(line)
told["failing"], told["read"] = spool.is_failing, whole(spool, 0)
spool.shipped = spool.size
spool.skip_shipped()
told["failing after shipping"] = spool.is_failing
for line in lines[100:]:
    spool.append(line)
told["read after shipping"] = whole(spool, spool.shipped)
(folder / "filler").unlink()
filler.close()
spool.retry()
told["failing with room"] = spool.is_failing
spool.leave()
found = Spool(spool.path, create=False)
told["found"] = whole(found, spool.shipped)
print(json.dumps(told))
"""


def small_disk(folder: Path) -> list[str]:
    """Before a command that shall see one in this place."""
    shell = ["sh", "-c", 'mount -t tmpfs -o size=64k none "$0" && exec "$@"', str(folder)]
    return ["unshare", "--map-root-user", "--mount", *shell]


def small_disks_can_be_made(folder: Path) -> bool:
    try:
        tried = subprocess.run([*small_disk(folder), "true"], check=False, capture_output=True)
    except FileNotFoundError:
        return False
    return tried.returncode == 0


def test_a_disk_that_is_really_full(tmp_path: Path) -> None:
    """A tmpfs of 64 kB, where namespaces are allowed."""
    if not small_disks_can_be_made(tmp_path):
        pytest.skip("no mount namespaces here")
    written = lines(200)
    done = subprocess.run(
        [*small_disk(tmp_path), sys.executable, "-c", FULL, str(tmp_path)],
        input=b"".join(written),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)

    first, second = (b"".join(part).decode() for part in (written[:100], written[100:]))
    assert told == {
        "failing": True,
        "read": first,
        "failing after shipping": False,
        "read after shipping": second,
        "failing with room": False,
        "found": second,
    }


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return new_spool(tmp_path)


def refuse(*_: object) -> int:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_it_is_said_once_a_minute(
    spool: Spool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as full:
        full.setattr(os, "write", refuse)
        for seconds in (0, 1, 59, 61, 100, 122):
            full.setattr(time, "monotonic", lambda seconds=seconds: 1000.0 + seconds)
            spool.append(line())
            spool.retry()
    spool.retry()
    spool.remove()

    said = [record.levelno for record in caplog.records]
    assert said == [logging.ERROR] * 3 + [logging.WARNING]
    assert "held in memory" in caplog.records[0].message


def test_what_is_shipped_needs_no_memory(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long the disk is full, as long as the database takes the lines."""
    monkeypatch.setattr("dressform.middleware.spooling.spool._MOST_HELD", 1000)
    written = lines(100)
    read = b""
    with monkeypatch.context() as full:
        full.setattr(os, "write", refuse)
        for one in written:
            assert not spool.is_full
            spool.append(one)
            read += spool.read(spool.shipped, 10_000)
            spool.shipped = len(read)
            spool.skip_shipped()
            assert not spool.is_failing
    spool.append(line())
    spool.remove()

    assert read == b"".join(written)


def test_what_is_not_shipped_is_kept(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    written = lines(10)
    with monkeypatch.context() as full:
        full.setattr(os, "write", refuse)
        for one in written:
            spool.append(one)
        spool.shipped = len(written[0]) + 1
        spool.skip_shipped()
    spool.retry()
    kept = spool.path.read_bytes()
    spool.remove()

    assert kept == b"\0" * len(written[0]) + b"".join(written[1:])


@dataclass
class Outage:
    spool: Spool
    patch: pytest.MonkeyPatch

    def end(self) -> None:
        self.patch.undo()


@pytest.fixture
def outage(app: FastAPI) -> Iterator[Outage]:
    """Neither the disk nor the database takes lines, and memory holds all that it should."""

    async def away(*_: object) -> None:
        raise Unavailable

    spool: Spool = app.state.shipper.spool
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dressform.middleware.spooling.shipping.ship", away)
        patch.setattr(os, "write", refuse)
        patch.setattr("dressform.middleware.spooling.spool._MOST_HELD", 1000)
        while not spool.is_full:
            spool.append(line())
        yield Outage(spool, patch)


async def test_requests_are_refused_while_neither_disk_nor_memory_takes_lines(
    app: FastAPI, client: httpx.AsyncClient, outage: Outage
) -> None:
    """After a while: nothing is done for them, and the refusal has its line."""
    outage.patch.setattr("dressform.middleware.access_log._PATIENCE_SECONDS", 0.3)
    began = time.monotonic()
    refused = await client.get("/v1/measurements")
    waited = time.monotonic() - began
    outage.end()

    assert waited >= 0.3
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.headers["Cache-Control"] == "no-store"
    (record,) = [one for one in await records(app) if one.status == 503]
    assert str(record.request_id) == refused.headers["X-Request-ID"]
    assert refused.json()["instance"].endswith(str(record.request_id))


async def test_whoever_asks_whether_it_lives_does_not_wait(
    app: FastAPI, client: httpx.AsyncClient, outage: Outage
) -> None:
    """Or the process would be killed, with all that it holds."""
    live = await client.get("/health/live")
    outage.end()

    assert live.status_code == 200
    assert live.headers["X-Request-ID"] in [str(one.request_id) for one in await records(app)]


async def test_a_request_that_finds_room_in_time_is_served(
    client: httpx.AsyncClient, outage: Outage
) -> None:
    asked = asyncio.create_task(client.get("/v1/measurements"))
    await asyncio.sleep(0.2)
    waited = not asked.done()
    outage.end()

    assert waited
    assert (await asked).status_code == 200


async def test_when_refusals_fill_the_memory_too_everybody_waits(
    client: httpx.AsyncClient, outage: Outage
) -> None:
    """None is answered whose line would be lost, and memory has an end."""
    while not outage.spool.is_overfull:
        outage.spool.append(line())
    asked = [asyncio.create_task(client.get(path)) for path in ("/health/live", "/v1/measurements")]
    await asyncio.sleep(0.5)
    waited = [not one.done() for one in asked]
    outage.end()
    answers = await asyncio.gather(*asked)

    assert waited == [True, True]
    assert answers[0].status_code == 200
