"""Lines of the access log on their way to the database: files of a process, written before answers.

A line is handed to the kernel before its answer, so that it survives the process being killed. The
blocks of a file are allocated when it is made, as databases do it for a write-ahead log: a line that
fits into the file can't be refused by a disk that is full. Behind the lines a file has zeros.
Files hold addresses: they are 0600 and live for a minute.
"""

import os
from contextlib import suppress
from pathlib import Path

from dressform.access_log.files import DiskError, create_locked, translate_os_errors
from dressform.errors import StartupError

CAPACITY_BYTES = 4 * 1024 * 1024
RESERVE_BYTES = 1024 * 1024
"""Bytes at a file's end for requests that are under way, or refused, while no other can be made."""


class Spool:
    """One file, locked for as long as its process lives."""

    def __init__(self, path: Path, file: int, *, size: int = 0, capacity: int = 0) -> None:
        self.path = path
        self.name = path.stem
        self.size = size
        self.shipped_offset = 0  # At least so far; the database knows better.
        self.is_full = False
        self._file = file
        self._capacity = capacity

    def append(self, line: bytes) -> None:
        """Raises DiskError: then what was asked for must not be answered."""
        end = self.size + len(line)
        try:
            is_written = end <= self._capacity and os.pwrite(self._file, line, self.size) == len(
                line
            )
        except OSError as error:
            self.is_full = True
            raise DiskError(error.strerror or type(error).__name__) from error
        if not is_written:
            self.is_full = True  # The next line is written over what was written of this one.
            raise DiskError("No space left in the file")
        self.size = end
        if end > self._capacity - RESERVE_BYTES:
            self.is_full = True

    def append_if_room(self, line: bytes) -> None:
        """Append the line of a request that is not served: half of the reserve is not for it."""
        if self.size + len(line) <= self._capacity - RESERVE_BYTES // 2:
            with suppress(DiskError):
                self.append(line)

    def seal(self) -> None:
        """Take no more lines."""
        self._capacity = 0

    def read(self, start: int, limit: int) -> bytes:
        """Whole lines from `start`, about `limit` bytes at most. A torn last line is left.

        What has no end within `limit` is no line of ours, and comes in pieces. Raises DiskError.
        """
        with translate_os_errors():
            block = os.pread(self._file, max(min(limit, self.size - start), 0), start)
        end = block.rfind(b"\n") + 1
        return block if not end and len(block) >= limit else block[:end]

    def truncate(self) -> None:
        """All of its lines are in the log. Raises DiskError."""
        with translate_os_errors():
            os.ftruncate(self._file, 0)
        self.size = self.shipped_offset = 0
        self.seal()

    def remove(self) -> None:
        """Raises DiskError, and lets go anyhow."""
        if self._file < 0:
            return
        try:
            with translate_os_errors():
                self.path.unlink(missing_ok=True)
        finally:
            self.close()

    def close(self) -> None:
        """Let go of the file; whoever finds it ships the rest."""
        if self._file >= 0:
            os.close(self._file)
        self._file = -1  # Its number may soon be another file's.
        self.seal()


def create_spool(folder: Path) -> Spool:
    """Return an empty one of a name never used before. Raises DiskError."""
    with translate_os_errors():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path, file = create_locked(folder, CAPACITY_BYTES)
        return Spool(path, file, capacity=CAPACITY_BYTES)


def check_writable(folder: Path) -> None:
    """Raises StartupError when no spool can be made there and removed again."""
    try:
        create_spool(folder).remove()
    except DiskError as error:
        raise StartupError(
            f"The access log can't be kept in {folder.absolute()} ({error}): let the service write "
            "there, make room, or set DRESSFORM_STATE_DIR to another folder."
        ) from None
