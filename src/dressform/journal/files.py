"""The files of the journal: one per process and day, append-only, of lines of JSON.

``{"number": 3, "deleted": ["<hash>", …]}`` is fsynced before the transaction that deletes is
committed, and ``{"committed": 3}`` before the response is sent. The database counts the numbers of
each file in the same transaction. So the number of a transaction that was rolled back is used
again, and the last line of a number is the valid one. A number is known to be committed when a line
says so, or when a higher number follows.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from dressform.system.files import fsync_dir

_SUFFIX = ".jsonl"


@dataclass(frozen=True, slots=True)
class JournalFile:
    """The content of a file. `hashes` by number; `committed_number`: the last one known
    committed.
    """

    path: Path
    id: UUID
    day: datetime
    hashes: dict[int, list[str]]
    committed_number: int

    @property
    def last_number(self) -> int:
        """Return the last number, committed or not."""
        return max(self.hashes, default=self.committed_number)

    @property
    def missing_numbers(self) -> list[int]:
        """Return the numbers that were committed and can't be read."""
        return [
            number for number in range(1, self.committed_number + 1) if number not in self.hashes
        ]

    def committed_after(self, number: int) -> Iterator[str]:
        """Yield the hashes that a database does not know whose last number is `number`."""
        for each in range(number + 1, self.committed_number + 1):
            yield from self.hashes.get(each, ())


def create_file(folder: Path, file_id: UUID, day: datetime) -> Path:
    """Create an empty file that only its owner can read, and fsync its folders."""
    for each in (folder.parent, folder):
        each.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{day:%Y-%m-%d}-{file_id}{_SUFFIX}"
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    for each in (folder, *list(folder.parents)[:2]):
        fsync_dir(each)
    return path


def append_line(path: Path, day: datetime, **entry: Any) -> None:
    """Append a line and fsync it. Raise OSError when not all of it is on the disk."""
    # A line begins with its newline: so one that was torn by a full disk spoils no other.
    line = b"\n" + json.dumps(entry).encode()
    file = os.open(path, os.O_WRONLY | os.O_APPEND)
    try:
        if os.write(file, line) != len(line):
            raise OSError(None, "not all of a line was written", str(path))
        os.utime(file, (day.timestamp(),) * 2)  # Not the moment, which the access log has as well.
        os.fsync(file)
    finally:
        os.close(file)


def list_files(folder: Path) -> list[tuple[Path, UUID, datetime]]:
    """Return path, id and day of each file, oldest first. Raise OSError."""
    if not folder.is_dir():
        return []
    found = []
    for path in sorted(folder.iterdir()):
        day, file_id = path.name[:10], path.name[11:].removesuffix(_SUFFIX)
        try:
            at = datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC)
            found.append((path, UUID(file_id), at))
        except ValueError:
            continue
    return found


def read_file(path: Path, file_id: UUID, day: datetime) -> JournalFile:
    """Read a file. Invalid lines are skipped: `missing_numbers` tells if one was committed.

    Raise OSError.
    """
    hashes, committed = dict[int, list[str]](), 0
    for line in path.read_bytes().splitlines():
        try:
            entry = json.loads(line)
            if "number" in entry:
                number = int(entry["number"])
                hashes[number] = [str(each) for each in entry["deleted"]]
                committed = max(committed, number - 1)
            else:
                committed = max(committed, int(entry["committed"]))
        except (ValueError, KeyError, TypeError):
            continue
    return JournalFile(path, file_id, day, hashes, committed)


def day_of(moment: datetime) -> datetime:
    """Return the midnight (UTC) with which the day of `moment` began."""
    return datetime.combine(moment.astimezone(UTC).date(), time(), UTC)


def is_over(day: datetime, *, at: datetime, retention: timedelta) -> bool:
    """Return whether no backup can still hold what was deleted on `day`."""
    return at >= day + timedelta(days=1) + retention
