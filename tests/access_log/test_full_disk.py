"""A disk that takes no more: nothing is served whose line would be lost."""

import errno
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from dressform.access_log import shipper as shipping
from dressform.access_log import spool as spooling
from dressform.access_log.files import DiskError
from dressform.access_log.shipper import Shipper
from dressform.access_log.spool import create_spool
from dressform.db.unit_of_work import UnitOfWorkFactory
from tests.helpers.access_log import (
    count_offsets,
    list_records,
    list_request_ids,
    make_line,
    make_lines,
    request_id_of,
    wait_until_shipped,
)
from tests.processes.small_disk import small_disk


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of some forty lines, of which half are kept for requests that are under way."""
    monkeypatch.setattr(spooling, "CAPACITY_BYTES", 4000)
    monkeypatch.setattr(spooling, "RESERVE_BYTES", 2000)


FULL = """
import json, sys
from pathlib import Path
from dressform.access_log import spool as spooling
from dressform.access_log.files import DiskError
from dressform.access_log.recovery import open_orphans

folder, lines = Path(sys.argv[1]), sys.stdin.buffer.read().splitlines(keepends=True)
spooling.CAPACITY_BYTES, spooling.RESERVE_BYTES = 32_768, 8_192
spool, told = spooling.create_spool(folder), {}
filler = (folder / "filler").open("wb", buffering=0)
while True:
    try:
        filler.write(b"x" * 512)
    except OSError:
        break
for line in lines:
    spool.append(line)
told["full"] = spool.is_full
try:
    spooling.create_spool(folder)
except DiskError as error:
    told["refused"] = str(error)
told["files"] = sorted(path.suffix for path in folder.iterdir())
spool.close()
(found,) = open_orphans(folder, {})
told["found"] = found.read(0, 1_000_000).decode()
print(json.dumps(told))
"""


def test_a_file_takes_lines_on_a_disk_that_is_really_full(tmp_path: Path) -> None:
    """They are as many as were allocated. What could not be allocated leaves no file."""
    written = make_lines(300)
    done = subprocess.run(
        [*small_disk(tmp_path, "64k"), sys.executable, "-c", FULL, str(tmp_path)],
        input=b"".join(written),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr

    assert json.loads(done.stdout) == {
        "full": True,
        "refused": "No space left on device",
        "files": ["", ".spool"],
        "found": b"".join(written).decode(),
    }


@pytest.mark.usefixtures("small")
def test_lines_of_what_is_not_served_leave_half_of_the_reserve(tmp_path: Path) -> None:
    spool = create_spool(tmp_path)
    served = 0
    while not spool.is_full:
        spool.append(make_line())
        served += 1
    for _ in range(100):
        spool.append_if_room(make_line())
    refused = spool.read(0, 10_000).count(b"\n") - served
    under_way = 0
    while spool.size + len(make_line()) <= spooling.CAPACITY_BYTES:
        spool.append(make_line())
        under_way += 1
    with pytest.raises(DiskError, match="No space left in the file"):
        spool.append(make_line())
    spool.remove()

    assert len(make_line()) * served == pytest.approx(2000, abs=150)
    assert len(make_line()) * refused == pytest.approx(1000, abs=150)
    assert len(make_line()) * under_way == pytest.approx(1000, abs=150)


class Disk:
    """One that is full: no file can be allocated in the place of one that is not shipped."""

    def __init__(self, shipper: Shipper, patch: pytest.MonkeyPatch) -> None:
        self.shipper = shipper
        self._patch = patch
        self._began = time.monotonic()

    def fill(self) -> None:
        """Both files, with lines of requests."""
        while self.shipper.has_room():
            self.shipper.spool.append(make_line())

    def make_room(self) -> None:
        """It is noticed within a second, by the next request."""
        self._patch.undo()
        self.shipper._retry_at = 0.0


@pytest.fixture
async def disk(app: FastAPI, small: None) -> AsyncIterator[Disk]:
    """Full, while the database takes no lines."""

    async def away(*_: object) -> None:
        raise ConnectionError

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    shipper: Shipper = app.state.shipper
    for _ in range(2):  # Those of the start are large.
        shipper._rotate()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shipping, "ship_spool", away)
        shipper._prepare_next()
        patch.setattr(os, "posix_fallocate", refuse)
        yield Disk(shipper, patch)


async def test_requests_are_refused_while_no_file_takes_their_lines(
    app: FastAPI, client: httpx.AsyncClient, disk: Disk
) -> None:
    """Nothing is done for them, and the refusal has its line."""
    served = await client.get("/v1/measurements")
    disk.fill()
    refused = await client.get("/v1/measurements")
    unready = await client.get("/health/ready")
    disk.make_room()
    again = await client.get("/v1/measurements")

    assert [one.status_code for one in (served, refused, unready, again)] == [200, 503, 503, 200]
    assert refused.headers["Retry-After"] == "5"
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.headers["Cache-Control"] == "no-store"
    rows = {str(one.request_id): one.status for one in await list_records(app)}
    assert refused.json()["instance"].removeprefix("urn:uuid:") == refused.headers["X-Request-ID"]
    for answer in (served, refused, unready, again):
        assert rows[answer.headers["X-Request-ID"]] == answer.status_code


async def test_whoever_asks_whether_it_lives_is_told(
    app: FastAPI, client: httpx.AsyncClient, disk: Disk
) -> None:
    """However many were refused before: those have no line any more then, and nor has it."""
    disk.fill()
    live = await client.get("/health/live")
    refused = [await client.get("/v1/measurements") for _ in range(20)]
    still_live = await client.get("/health/live")
    left = disk.shipper.spool._capacity - disk.shipper.spool.size
    disk.make_room()

    assert {one.status_code for one in refused} == {503}
    assert (live.status_code, still_live.status_code) == (200, 200)
    assert left >= 1000  # For requests that are under way.
    rows = [str(one.request_id) for one in await list_records(app)]
    assert live.headers["X-Request-ID"] in rows
    assert still_live.headers["X-Request-ID"] not in rows


async def test_a_request_under_way_has_its_line_when_others_are_refused(
    app: FastAPI, client: httpx.AsyncClient, disk: Disk
) -> None:
    @app.get("/slow")
    async def slow() -> None:
        disk.fill()
        for _ in range(20):
            assert (await client.get("/v1/measurements")).status_code == 503

    answer = await client.get("/slow")
    disk.make_room()

    assert answer.status_code == 200
    assert answer.headers["X-Request-ID"] in [
        str(one.request_id) for one in await list_records(app)
    ]


async def test_an_answer_whose_line_the_disk_refuses_is_not_given(
    app: FastAPI, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a sector fails: the server has to say 500 by itself. Another file is begun."""

    def fail(*_: object) -> int:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    before = app.state.shipper.spool
    with monkeypatch.context() as failing:
        failing.setattr(os, "pwrite", fail)
        lost = await client.get("/v1/measurements")
    again = await client.get("/v1/measurements")

    assert (lost.status_code, lost.content) == (500, b"")
    assert again.status_code == 200
    assert app.state.shipper.spool is not before
    assert [str(one.request_id) for one in await list_records(app)] == [
        again.headers["X-Request-ID"]
    ]


@pytest.mark.usefixtures("small")
async def test_a_full_disk_alone_refuses_nothing(
    own_units: UnitOfWorkFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is shipped makes room for the next file, of which one is always ready."""
    monkeypatch.setattr(shipping, "SHIP_INTERVAL_SECONDS", 0.01)
    shipper = Shipper(own_units, tmp_path)
    shipper.start()
    real, written = os.posix_fallocate, []

    def allocate(file: int, start: int, size: int) -> None:
        if sum(1 for path in tmp_path.iterdir() if path.stat().st_size) >= 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(file, start, size)

    with monkeypatch.context() as full:
        full.setattr(os, "posix_fallocate", allocate)
        for _ in range(200):
            assert shipper.has_room()
            written.append(make_line())
            shipper.spool.append(written[-1])
            if len(written) % 10 == 0:
                await wait_until_shipped(shipper)
    await shipper.stop()

    assert sorted(await list_request_ids(own_units)) == sorted(map(request_id_of, written))
    assert (list(tmp_path.iterdir()), await count_offsets(own_units)) == ([], 0)
