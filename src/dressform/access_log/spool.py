"""The spool: files of a process with lines of the access log, on their way to the database.

A line is written (pwrite) before its response is sent, so that it survives SIGKILL. The blocks of a
file are allocated when it is created (posix_fallocate), as for a write-ahead log: a full disk can't
refuse a line that fits into the file. The rest of a file is zeros.
Files hold addresses: they are 0600 and live for a minute.
"""

import os
from contextlib import suppress
from pathlib import Path

from dressform.access_log.files import DiskError, create_locked, translate_os_errors
from dressform.errors import StartupError

CAPACITY_BYTES = 4 * 1024 * 1024
RESERVE_BYTES = 1024 * 1024
"""Bytes at the end of a file for requests in flight or refused, while the next one can't be made."""


class Spool:
    """One file, locked for as long as its process lives."""

    def __init__(self, path: Path, file: int, *, size: int = 0, capacity: int = 0) -> None:
        self.path = path
        self.name = path.stem
        self.size = size
        self.shipped_offset = 0  # A lower bound: the offset in the database may be ahead.
        self.is_full = False
        self._file = file
        self._capacity = capacity

    def append(self, line: bytes) -> None:
        """Append a line. Raise DiskError: then the request must not be answered."""
        end = self.size + len(line)
        try:
            is_written = end <= self._capacity and os.pwrite(self._file, line, self.size) == len(
                line
            )
        except OSError as error:
            self.is_full = True
            raise DiskError(error.strerror or type(error).__name__) from error
        if not is_written:
            self.is_full = True  # The next line overwrites a partial one.
            raise DiskError("No space left in the file")
        self.size = end
        if end > self._capacity - RESERVE_BYTES:
            self.is_full = True

    def append_if_room(self, line: bytes) -> None:
        """Append the line of a refused request, if it leaves half of the reserve free."""
        if self.size + len(line) <= self._capacity - RESERVE_BYTES // 2:
            with suppress(DiskError):
                self.append(line)

    def seal(self) -> None:
        """Refuse further lines."""
        self._capacity = 0

    def read(self, start: int, limit: int) -> bytes:
        """Return whole lines from `start`, of at most `limit` bytes; no incomplete last line.

        Bytes without a line end within `limit` are no line, and are returned as a block of `limit`
        bytes. Raise DiskError.
        """
        with translate_os_errors():
            block = os.pread(self._file, max(min(limit, self.size - start), 0), start)
        end = block.rfind(b"\n") + 1
        return block if not end and len(block) >= limit else block[:end]

    def truncate(self) -> None:
        """Remove all lines, once they are in the table. Raise DiskError."""
        with translate_os_errors():
            os.ftruncate(self._file, 0)
        self.size = self.shipped_offset = 0
        self.seal()

    def remove(self) -> None:
        """Delete and close the file. It is closed also if DiskError is raised."""
        if self._file < 0:
            return
        try:
            with translate_os_errors():
                self.path.unlink(missing_ok=True)
        finally:
            self.close()

    def close(self) -> None:
        """Close the file, which releases its lock: recovery ships the rest."""
        if self._file >= 0:
            os.close(self._file)
        self._file = -1  # Its number may soon be another file's.
        self.seal()


def create_spool(folder: Path) -> Spool:
    """Create an empty spool with a new name. Raise DiskError."""
    with translate_os_errors():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path, file = create_locked(folder, CAPACITY_BYTES)
        return Spool(path, file, capacity=CAPACITY_BYTES)


def check_writable(folder: Path) -> None:
    """Raise StartupError when no spool can be created in the folder and deleted again."""
    try:
        create_spool(folder).remove()
    except DiskError as error:
        raise StartupError(
            f"The access log can't be kept in {folder.absolute()} ({error}): let the service write "
            "there, make room, or set DRESSFORM_STATE_DIR to another folder."
        ) from None
