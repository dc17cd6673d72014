"""What dead processes and crashed machines leave: all that can be read is shipped, the rest is told."""

import os
import stat
from ipaddress import ip_address
from pathlib import Path

import pytest

from dressform.access_log import copier as copying
from dressform.access_log.parser import filter_lines, filter_valid_lines
from dressform.access_log.recovery import SpoolRecovery
from dressform.access_log.spool import Spool
from dressform.crypto.secrets import timed_id
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.repositories.access_log import AccessLogEntries
from tests.helpers.access_log import (
    count_offsets,
    list_request_ids,
    make_line,
    make_lines,
    request_id_of,
)


def written(
    at: str = "2026-03-01T12:00:00+00:00",
    address: str = "203.0.113.9",
    duration: str = "815",
    request_id: str | None = None,
) -> bytes:
    return f"{at}\t{address}\tGET\t/\t200\t{duration}\t{request_id or timed_id()}\n".encode()


POISONED = [
    written("2026-13-45T10:00:00+00:00"),
    written("2026-02-30T10:00:00+00:00"),
    written("2026-03-01T24:00:00+00:00"),
    written("2026-03-01T23:59:60+00:00"),
    written("2026-03-01T10:00:00+99:00"),
    written("2026-03-01T10:00:00+05:00"),
    written("0001-01-01T00:00:00+05:00"),
    written("9999-12-31T10:00:00+00:00"),
    written(address="1.2.3.4.5"),
    written(address="1.2.3.400"),
    written(address="1:2:3"),
    written(duration="9" * 20),
    written(request_id="-" * 36),
    written(request_id="-" * 4 + "a" * 32),
]


@pytest.mark.parametrize("poison", POISONED, ids=range(len(POISONED)))
async def test_a_poisoned_line_stops_no_other(
    own_units: UnitOfWorkFactory, tmp_path: Path, caplog: pytest.LogCaptureFixture, poison: bytes
) -> None:
    first, second = make_lines(2), make_lines(2)
    (tmp_path / "01.spool").write_bytes(first[0] + poison + first[1])
    (tmp_path / "02.spool").write_bytes(b"".join(second))
    orphans = SpoolRecovery(own_units, tmp_path)
    await orphans.recover()

    assert sorted(await list_request_ids(own_units)) == sorted(map(request_id_of, first + second))
    assert (list(tmp_path.iterdir()), await count_offsets(own_units), orphans.failed_count) == (
        [],
        0,
        0,
    )
    (said,) = [record.message for record in caplog.records if record.levelname == "ERROR"]
    assert f"1 lines of the access log ({len(poison)} bytes in 01.spool) are unreadable" in said


async def test_what_counts_as_readable_is_taken(
    own_units: UnitOfWorkFactory, tmp_path: Path
) -> None:
    """Else a line that only looks right would hold its spool up for ever."""
    addresses = ["0.0.0.0", "255.255.255.255", "::", "::1", "2001:db8::8:800:200c:417a"]
    addresses += ["ff:ff:ff:ff:ff:ff:ff:ff", str(ip_address("::ffff:1.2.3.4"))]
    sound = [written(address=address) for address in addresses]
    sound += [
        written(at) for at in ("2000-02-29T00:00:00+00:00", "2999-12-31T23:59:59.999999+00:00")
    ]
    sound += [written(duration="9" * 18)]
    (tmp_path / "1.spool").write_bytes(b"".join(sound) + POISONED[0])
    await SpoolRecovery(own_units, tmp_path).recover()

    assert filter_valid_lines(b"".join(sound)) == b"".join(sound) == filter_lines(b"".join(sound))
    assert sorted(await list_request_ids(own_units)) == sorted(map(request_id_of, sound))


async def test_one_that_fails_holds_up_no_other(
    own_units: UnitOfWorkFactory,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is said once, counted, and tried again each time."""
    first, second = make_lines(2)
    (tmp_path / "01.spool").write_bytes(first)
    (tmp_path / "02.spool").write_bytes(second)
    orphans = SpoolRecovery(own_units, tmp_path)

    async def fails_at_first(uows: UnitOfWorkFactory, spool: Spool) -> None:
        if spool.name == "01":
            spool.close()
            raise RuntimeError("203.0.113.9")
        await copying.drain(uows, spool)

    with monkeypatch.context() as patch:
        patch.setattr("dressform.access_log.recovery.drain", fails_at_first)
        await orphans.recover()
        await orphans.recover()
    before = await list_request_ids(own_units), orphans.failed_count
    await orphans.recover()

    said = [record.message for record in caplog.records if record.levelname == "ERROR"]
    assert said == ["lines of the access log are stuck in 01.spool: RuntimeError"]
    assert before == ([request_id_of(second)], 1)
    assert sorted(await list_request_ids(own_units)) == sorted(map(request_id_of, (first, second)))
    assert orphans.failed_count == 0


async def test_what_cannot_be_opened_is_told_once(
    own_units: UnitOfWorkFactory, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "0.spool").mkdir()
    (tmp_path / "elsewhere").write_bytes(make_line())
    (tmp_path / "1.spool").symlink_to(tmp_path / "elsewhere")
    one = make_line()
    (tmp_path / "2.spool").write_bytes(one)
    orphans = SpoolRecovery(own_units, tmp_path)
    await orphans.recover()
    await orphans.recover()

    assert await list_request_ids(own_units) == [request_id_of(one)]
    assert orphans.failed_count == 2
    said = sorted(record.message for record in caplog.records if record.levelname == "ERROR")
    assert said == [
        "lines of the access log are stuck in 0.spool: Is a directory",
        "lines of the access log are stuck in 1.spool: Too many levels of symbolic links",
    ]


async def test_another_users_file_is_told(
    own_units: UnitOfWorkFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To root every file opens, so the kernel's refusal is played."""
    foreign = tmp_path / "1.spool"
    foreign.write_bytes(make_line())
    real_open = os.open

    def refuse(path: Path, flags: int, mode: int = stat.S_IRWXU) -> int:
        if path == foreign:
            raise PermissionError(13, "Permission denied")
        return real_open(path, flags, mode)

    monkeypatch.setattr(os, "open", refuse)
    orphans = SpoolRecovery(own_units, tmp_path)
    await orphans.recover()

    assert orphans.failed_count == 1


async def test_lines_behind_what_has_no_end_are_shipped(
    own_units: UnitOfWorkFactory,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """After a power cut there may be more zeros than are read at once."""
    monkeypatch.setattr(copying, "BLOCK_BYTES", 1000)
    before, after = make_line(), make_lines(50)
    zeros, torn = b"\0" * 4321 + b"\n", make_line()[:40]
    (tmp_path / "1.spool").write_bytes(before + zeros + b"".join(after) + torn)
    await SpoolRecovery(own_units, tmp_path).recover()

    assert sorted(await list_request_ids(own_units)) == sorted(map(request_id_of, (before, *after)))
    assert list(tmp_path.iterdir()) == []
    said = [record.message for record in caplog.records if record.levelname == "ERROR"]
    unreadable = [int(one.partition("(")[2].partition(" ")[0]) for one in said[:-1]]
    assert sum(unreadable) == len(zeros)
    assert said[-1] == "40 bytes at the end of 1.spool are no whole line, and are dropped"


@pytest.mark.parametrize("zeros", [0, 5000, 4_500_000])
async def test_an_end_of_zeros_is_nothing_to_tell_of(
    own_units: UnitOfWorkFactory, tmp_path: Path, caplog: pytest.LogCaptureFixture, zeros: int
) -> None:
    """So a file is allocated; an earlier version's has none. A torn line before them is told."""
    one, torn = make_line(), make_line()[:40]
    (tmp_path / "1.spool").write_bytes(one + b"\0" * zeros)
    (tmp_path / "2.spool").write_bytes(torn + b"\0" * zeros)
    (tmp_path / "3.spool").write_bytes(b"\0" * zeros)
    await SpoolRecovery(own_units, tmp_path).recover()

    assert await list_request_ids(own_units) == [request_id_of(one)]
    assert list(tmp_path.iterdir()) == []
    said = [record.message for record in caplog.records if record.levelname == "ERROR"]
    assert said == ["40 bytes at the end of 2.spool are no whole line, and are dropped"]


async def test_a_file_of_an_earlier_version_is_shipped_from_its_mark_on(
    own_units: UnitOfWorkFactory, tmp_path: Path
) -> None:
    """It ends with its last line, or with a hole in the place of lines that were shipped already."""
    shipped, waiting = b"".join(make_lines(3)), b"".join(make_lines(2))
    (tmp_path / "1.spool").write_bytes(shipped + waiting)
    (tmp_path / "2.spool").write_bytes(b"\0" * len(shipped) + waiting)
    (tmp_path / "3.spool").write_bytes(b"\0" * len(shipped))
    async with own_units.transaction() as uow:
        access_log = await AccessLogEntries.assume_role(uow)
        for name in ("1", "2", "3"):
            await access_log.lock_offset(name)
            await access_log.copy(name, b"", shipped=len(shipped))
    await SpoolRecovery(own_units, tmp_path).recover()

    assert sorted(await list_request_ids(own_units)) == sorted(
        map(request_id_of, waiting.splitlines() * 2)
    )
    assert (list(tmp_path.iterdir()), await count_offsets(own_units)) == ([], 0)
