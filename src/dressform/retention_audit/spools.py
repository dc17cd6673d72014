"""The audit of the spools on this host, read without a lock."""

import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from os import stat_result
from pathlib import Path

from dressform.retention_audit.audited_tables import address_expires_at
from dressform.retention_audit.rule_findings import TOLERANCE, RowCount, SpoolFindings

_SUFFIX = ".spool"
_MIN_TIME = datetime(2000, 1, 1, tzinfo=UTC)


def audit_spools(folder: Path, at: datetime) -> SpoolFindings:
    """Count the files, bytes and lines of the folder. A file deleted meanwhile has no lines."""
    files = size = unreadable = 0
    lines = RowCount()
    for path, found in _list_files(folder):
        files, size = files + 1, size + found.st_size
        try:
            lines += _count_lines(path, found, at)
        except FileNotFoundError:
            continue
        except OSError:
            unreadable += 1
    return SpoolFindings(files, size, lines, unreadable)


def _list_files(folder: Path) -> Iterator[tuple[Path, stat_result]]:
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        if path.suffix == _SUFFIX:
            try:
                yield path, path.lstat()
            except FileNotFoundError:
                continue


def _count_lines(path: Path, found: stat_result, at: datetime) -> RowCount:
    """Return the counts of a file. Raise OSError if it is unreadable or no regular file."""
    if not stat.S_ISREG(found.st_mode):
        raise OSError(path)
    # A modification time may lie in the future or before 1970.
    changed_at = datetime.fromtimestamp(min(max(found.st_mtime, 0), at.timestamp()), UTC)
    with path.open("rb") as file:
        first = file.readline(200)
        # The rest of a file is zeros.
        if not first.strip(b"\0") and not any(line.strip(b"\0") for line in file):
            return RowCount()
        oldest = _parse_time(first, at) or changed_at
        if address_expires_at(oldest) > at:
            return RowCount(oldest)  # Lines are in the order of time.
        file.seek(0)
        lines = filter(None, (line.rstrip(b"\0") for line in file))
        ends = [address_expires_at(_parse_time(line, at) or changed_at) for line in lines]
    overdue = sum(end + TOLERANCE < at for end in ends)
    return RowCount(oldest, sum(end <= at for end in ends) - overdue, overdue)


def _parse_time(line: bytes, at: datetime) -> datetime | None:
    """Return the time of a line; None for a malformed line or an impossible time."""
    try:
        began = datetime.fromisoformat(line.partition(b"\t")[0].decode()).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return began if _MIN_TIME <= began <= at else None
