"""Files that are removed or moved while they are in use, or can't be made or removed."""

import asyncio
import logging
import os
import shutil
from pathlib import Path

import pytest

from dressform.access_log import shipper as shipping
from dressform.access_log.shipper import Shipper
from dressform.db.unit_of_work import UnitOfWorkFactory
from tests.helpers.access_log import (
    count_offsets,
    list_request_ids,
    make_line,
    make_lines,
    request_id_of,
    wait_until_shipped,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "spool"


def write(shipper: Shipper, written: list[bytes]) -> None:
    for one in written:
        shipper.spool.append(one)


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.message for record in caplog.records if record.levelno == logging.ERROR]


async def test_a_folder_that_is_removed_costs_a_living_process_no_line(
    own_units: UnitOfWorkFactory, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has its files open, and makes the next ones anew."""
    monkeypatch.setattr(shipping, "ROTATE_AFTER_SECONDS", 0.1)
    monkeypatch.setattr(shipping, "SHIP_INTERVAL_SECONDS", 0.05)
    shipper = Shipper(own_units, folder)
    shipper.start()
    written = make_lines(9)
    write(shipper, written[:3])
    shutil.rmtree(folder)
    write(shipper, written[3:6])
    while not folder.exists():
        await asyncio.sleep(0.01)
    write(shipper, written[6:])
    await shipper.stop()

    assert sorted(await list_request_ids(own_units)) == sorted(map(request_id_of, written))
    assert (list(folder.iterdir()), await count_offsets(own_units)) == ([], 0)


async def test_a_file_that_is_moved_is_shipped_once(
    own_units: UnitOfWorkFactory, folder: Path
) -> None:
    """Though it looks like a dead process's from then on; nothing stays in it."""
    shipper = Shipper(own_units, folder)
    written = make_lines(3)
    write(shipper, written)
    shipper.spool.path.rename(folder / "moved.spool")
    shipper.start()
    await wait_until_shipped(shipper)
    await shipper.stop()
    await shipper.recovery.recover()

    assert sorted(await list_request_ids(own_units)) == sorted(map(request_id_of, written))
    assert (list(folder.iterdir()), await count_offsets(own_units)) == ([], 0)


async def test_a_folder_that_takes_no_new_files_is_told(
    own_units: UnitOfWorkFactory,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """In its own words: the database is well. Lines go on in the file that is there."""
    monkeypatch.setattr(shipping, "ROTATE_AFTER_SECONDS", 0.1)
    shipper = Shipper(own_units, folder)
    written = make_lines(3)
    with monkeypatch.context() as refusing:
        refusing.setattr(os, "posix_fallocate", refuse)
        shipper.start()
        for one in written:
            write(shipper, [one])
            await wait_until_shipped(shipper)
            await asyncio.sleep(0.15)
        was_in_trouble, files = shipper.had_disk_error, list(folder.iterdir())
    await shipper.stop()

    assert (was_in_trouble, files) == (True, [shipper.spool.path])
    assert sorted(await list_request_ids(own_units)) == sorted(map(request_id_of, written))
    assert set(errors(caplog)) == {
        f"the access log's files can't be changed: Operation not permitted ({folder})"
    }


def refuse(*_: object) -> None:
    raise PermissionError(1, "Operation not permitted")


async def test_a_shipped_file_that_cannot_be_removed_is_tried_again(
    own_units: UnitOfWorkFactory, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its mark stays, so that its lines are in the table once."""
    shipper = Shipper(own_units, folder)
    one = make_line()
    write(shipper, [one])
    with monkeypatch.context() as refusing:
        refusing.setattr(Path, "unlink", refuse)
        await shipper.stop()
        await shipper.recovery.recover()
        failed_count = shipper.recovery.failed_count
    await shipper.recovery.recover()

    assert (failed_count, shipper.recovery.failed_count) == (1, 0)
    assert await list_request_ids(own_units) == [request_id_of(one)]
    assert (list(folder.iterdir()), await count_offsets(own_units)) == ([], 0)
