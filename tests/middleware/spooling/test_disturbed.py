"""Files that are removed, moved, cut, or can't be made: said loudly, and nothing is lost that is left."""

import asyncio
import logging
import os
import shutil
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from dressform.db.units import Units
from dressform.errors import Unavailable
from dressform.middleware.spooling import shipping
from dressform.middleware.spooling.disk import clear_unnamed
from dressform.middleware.spooling.shipping import Shipper
from dressform.middleware.spooling.spool import Spool
from tests.middleware.lines import id_of, line, lines
from tests.middleware.records import ids, marks, shipped


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "spool"


@pytest.fixture
async def shipper(own_units: Units, folder: Path) -> AsyncIterator[Shipper]:
    made = Shipper(own_units, folder)
    made.start()
    yield made
    await made.stop()


def write(shipper: Shipper, written: list[bytes]) -> None:
    for one in written:
        shipper.spool.append(one)


async def replaced(shipper: Shipper, spool: Spool) -> None:
    while shipper.spool is spool:
        await asyncio.sleep(0.01)


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.message for record in caplog.records if record.levelno == logging.ERROR]


async def away(*_: object) -> None:
    raise Unavailable


async def test_a_folder_that_is_removed_costs_no_line(
    own_units: Units, shipper: Shipper, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first, second, third = (lines(3) for _ in range(3))
    before = shipper.spool
    write(shipper, first)
    shutil.rmtree(folder)
    write(shipper, second)
    await replaced(shipper, before)
    write(shipper, third)
    await shipped(shipper)

    assert sorted(await ids(own_units)) == sorted(map(id_of, first + second + third))
    assert list(folder.iterdir()) == [shipper.spool.path]
    assert shipper.is_in_trouble
    (said,) = errors(caplog)
    assert "up to 0 bytes are lost" in said


async def test_a_removed_file_is_kept_open_until_the_database_is_back(
    own_units: Units, shipper: Shipper, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What comes meanwhile is in a file that has its name."""
    first, second = lines(3), lines(3)
    with monkeypatch.context() as outage:
        outage.setattr(shipping, "ship", away)
        before = shipper.spool
        write(shipper, first)
        before.path.unlink()
        await replaced(shipper, before)
        write(shipper, second)
        assert shipper.spool.path.read_bytes() == b"".join(second)
        assert shipper.backlog == len(b"".join(first + second))
    await shipped(shipper)

    assert sorted(await ids(own_units)) == sorted(map(id_of, first + second))


@pytest.mark.parametrize("is_noticed", [True, False], ids=["noticed", "at the end"])
async def test_lines_behind_a_cut_are_shipped(
    own_units: Units, folder: Path, *, is_noticed: bool
) -> None:
    """The database's mark is beyond the end of the file by then."""
    shipper = Shipper(own_units, folder)
    first, second, third = lines(10), lines(4), lines(2)
    write(shipper, first)
    shipper.start()
    await shipped(shipper)
    before = shipper.spool
    os.truncate(before.path, 0)
    write(shipper, second)
    if is_noticed:
        await replaced(shipper, before)
    write(shipper, third)
    await shipper.stop()

    assert sorted(await ids(own_units)) == sorted(map(id_of, first + second + third))
    assert (list(folder.iterdir()), await marks(own_units)) == ([], 0)


async def test_what_a_cut_took_is_told(
    own_units: Units,
    shipper: Shipper,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    first, second = lines(3), lines(3)
    with monkeypatch.context() as outage:
        outage.setattr(shipping, "ship", away)
        before = shipper.spool
        write(shipper, first)
        os.truncate(before.path, 0)
        write(shipper, second)
        await replaced(shipper, before)
    await shipped(shipper)

    assert sorted(await ids(own_units)) == sorted(map(id_of, second))
    (said,) = errors(caplog)
    assert f"up to {len(b''.join(first))} bytes are lost" in said


async def test_a_file_that_is_moved_is_shipped_once(
    own_units: Units, shipper: Shipper, folder: Path
) -> None:
    """Though it looks like a dead process's from then on; nothing stays in it."""
    written = lines(3)
    moved, before = folder / "moved.spool", shipper.spool
    write(shipper, written)
    before.path.rename(moved)
    await replaced(shipper, before)
    await shipped(shipper)
    while moved.exists():  # It is nobody's as soon as this process has closed it.
        await asyncio.sleep(0.01)
        await shipper.orphans.recover()

    assert sorted(await ids(own_units)) == sorted(map(id_of, written))
    assert list(folder.iterdir()) == [shipper.spool.path]


async def test_a_folder_that_takes_no_new_files_is_told(
    own_units: Units,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """In its own words: the database is well. Lines go on in the file that is there."""
    monkeypatch.setattr(shipping, "ROTATE_AFTER_SECONDS", 0.1)
    shipper = Shipper(own_units, folder)
    before, written = shipper.spool, lines(3)
    with monkeypatch.context() as refusing:
        refusing.setattr(Path, "rename", refuse)
        shipper.start()
        for one in written:
            write(shipper, [one])
            await shipped(shipper)
            await asyncio.sleep(0.15)
        was_in_trouble, files = shipper.is_in_trouble, list(folder.iterdir())
    await shipper.stop()

    assert (was_in_trouble, files) == (True, [before.path])
    assert sorted(await ids(own_units)) == sorted(map(id_of, written))
    assert set(errors(caplog)) == {
        f"the access log's files can't be changed: Operation not permitted ({folder})"
    }


def refuse(*_: object) -> None:
    raise PermissionError(1, "Operation not permitted")


async def test_a_shipped_file_that_cannot_be_removed_is_tried_again(
    own_units: Units, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its mark stays, so that its lines are in the table once."""
    shipper = Shipper(own_units, folder)
    one = line()
    write(shipper, [one])
    with monkeypatch.context() as refusing:
        refusing.setattr(Path, "unlink", refuse)
        await shipper.stop()
        await shipper.orphans.recover()
        stranded = shipper.orphans.stranded
    await shipper.orphans.recover()

    assert (stranded, shipper.orphans.stranded) == (1, 0)
    assert await ids(own_units) == [id_of(one)]
    assert (list(folder.iterdir()), await marks(own_units)) == ([], 0)


def test_what_never_had_its_name_is_cleared(tmp_path: Path) -> None:
    """Once it is old enough to be nobody's, and as long as it is empty."""
    old, young, filled = (tmp_path / f"{name}.new" for name in ("old", "young", "filled"))
    for path in (old, young, filled):
        path.touch()
    filled.write_bytes(line())
    for path in (old, filled):
        os.utime(path, (time.time() - 61, time.time() - 61))
    clear_unnamed(tmp_path)

    assert sorted(tmp_path.iterdir()) == [filled, young]
