"""The files in which addresses wait for the database, read as they are."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from dressform.audit.findings import TOLERANCE, Count, Spools
from dressform.audit.windows import address_ends

_SUFFIXES = {".spool", ".new"}


def look_into_spools(folder: Path, at: datetime) -> Spools:
    """Those of this host. One that is shipped and removed meanwhile holds nothing."""
    files = size = 0
    lines = Count()
    for path, stat in _files(folder):
        files, size = files + 1, size + stat.st_size
        if stat.st_size:
            lines += _lines_of(path, datetime.fromtimestamp(stat.st_mtime, UTC), at)
    return Spools(files, size, lines)


def _files(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        if path.suffix in _SUFFIXES:
            try:
                yield path, path.stat()
            except FileNotFoundError:
                continue


def _lines_of(path: Path, changed_at: datetime, at: datetime) -> Count:
    try:
        with path.open("rb") as file:
            oldest = _began(file.readline(200)) or changed_at
            if address_ends(oldest) > at:
                return Count(oldest)  # They come in the order of time.
            file.seek(0)
            ends = [address_ends(_began(line) or changed_at) for line in file]
    except FileNotFoundError:
        return Count()
    overdue = sum(end + TOLERANCE < at for end in ends)
    return Count(oldest, sum(end <= at for end in ends) - overdue, overdue)


def _began(line: bytes) -> datetime | None:
    """None for what a crashed machine left for a line."""
    try:
        return datetime.fromisoformat(line.partition(b"\t")[0].decode()).astimezone(UTC)
    except ValueError:
        return None
