"""What a file of the deletion journal says, however the process that wrote it ended."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from dressform.journal.files import (
    JournalFile,
    append_line,
    create_file,
    is_over,
    list_files,
    read_file,
)

DAY = datetime(2026, 3, 1, tzinfo=UTC)


def written(folder: Path, *entries: dict[str, object], torn: bytes = b"") -> JournalFile:
    file_id = uuid4()
    path = create_file(folder / "deletions" / "site", file_id, DAY)
    for entry in entries:
        append_line(path, DAY, **entry)
    if torn:
        with path.open("ab") as file:
            file.write(torn)
    return read_file(path, file_id, DAY)


def test_what_was_committed_is_known_by_its_line_or_by_the_next_number(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        {"number": 1, "deleted": ["a"]},
        {"number": 2, "deleted": ["b", "c"]},
        {"committed": 2},
        {"number": 3, "deleted": ["d"]},
    )

    assert (file.committed_number, file.last_number, file.missing_numbers) == (2, 3, [])
    assert list(file.committed_after(0)) == ["a", "b", "c"]
    assert list(file.committed_after(1)) == ["b", "c"]
    assert list(file.committed_after(2)) == []


def test_what_was_rolled_back_gives_its_number_to_the_next(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        {"number": 1, "deleted": ["rolled back"]},
        {"number": 1, "deleted": ["a"]},
        {"committed": 1},
        {"number": 2, "deleted": ["rolled back as well"]},
    )

    assert list(file.committed_after(0)) == ["a"]


@pytest.mark.parametrize(
    "torn", [b'\n{"number": 2, "dele', b"\n\0\0\0\0", b'\n{"number": "x", "deleted": 1}', b"\n[1]"]
)
def test_a_line_that_a_full_disk_tore_spoils_no_other(tmp_path: Path, torn: bytes) -> None:
    file = written(tmp_path, {"number": 1, "deleted": ["a"]}, torn=torn)
    append_line(file.path, DAY, number=2, deleted=["b"])
    append_line(file.path, DAY, committed=2)

    file = read_file(file.path, file.id, DAY)

    assert (file.missing_numbers, list(file.committed_after(0))) == ([], ["a", "b"])


def test_an_entry_that_was_committed_and_is_lost_is_missed(tmp_path: Path) -> None:
    file = written(tmp_path, {"number": 1, "deleted": ["a"]}, {"number": 3, "deleted": ["c"]})

    assert (file.missing_numbers, list(file.committed_after(0))) == ([2], ["a"])


def test_only_its_owner_may_read_it_and_its_times_are_midnight(tmp_path: Path) -> None:
    path = written(tmp_path, {"number": 1, "deleted": ["a"]}, {"committed": 1}).path

    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert path.parent.parent.stat().st_mode & 0o777 == 0o700
    assert datetime.fromtimestamp(path.stat().st_mtime, UTC) == DAY
    assert json.loads(path.read_text().splitlines()[1]) == {"number": 1, "deleted": ["a"]}


def test_files_are_listed_by_their_day_and_others_are_left_alone(tmp_path: Path) -> None:
    later, first = uuid4(), uuid4()
    create_file(tmp_path, later, DAY + timedelta(days=1))
    create_file(tmp_path, first, DAY)
    for name in ("notes.txt", "2026-03-01-x.jsonl", "2026-13-01-" + str(uuid4())):
        (tmp_path / name).touch()

    assert [(file_id, day) for _, file_id, day in list_files(tmp_path)] == [
        (first, DAY),
        (later, DAY + timedelta(days=1)),
    ]
    assert list_files(tmp_path / "none") == []


def test_a_file_that_is_gone_takes_no_line(tmp_path: Path) -> None:
    path = written(tmp_path).path
    path.unlink()

    with pytest.raises(FileNotFoundError):
        append_line(path, DAY, number=1, deleted=[])
    assert not path.exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a Linux device")
def test_a_full_disk_is_an_error() -> None:
    with pytest.raises(OSError, match="No space left"):
        append_line(Path("/dev/full"), DAY, number=1, deleted=[])


def test_a_file_is_over_when_no_backup_can_hold_what_was_deleted_on_its_day() -> None:
    """A backup of the last minute of that day lives for as long after it."""
    month = timedelta(days=30)

    assert not is_over(DAY, at=DAY + timedelta(days=31, microseconds=-1), retention=month)
    assert is_over(DAY, at=DAY + timedelta(days=31), retention=month)
