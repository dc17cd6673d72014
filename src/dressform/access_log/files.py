"""The files of the spool folder: created with their blocks allocated, opened, and locked."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dressform.crypto.secrets import timed_id

SUFFIX = ".spool"
_BLOCK = 1024 * 1024


class DiskError(Exception):
    """An error of the disk, with the text of the system.

    It is no OSError, because the database layer takes those for a lost connection.
    """


@contextmanager
def translate_os_errors() -> Iterator[None]:
    """Raise DiskError in the place of an OSError."""
    try:
        yield
    except OSError as error:
        raise DiskError(error.strerror or type(error).__name__) from error


def create_locked(folder: Path, size: int) -> tuple[Path, int]:
    """Create a locked file of zeros whose blocks are allocated. Raise OSError."""
    while True:
        path = folder / f"{timed_id()}{SUFFIX}"
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            if _try_lock(path, file):
                os.posix_fallocate(file, 0, size)
                return path, file
        except OSError:
            path.unlink(missing_ok=True)
            os.close(file)
            raise
        os.close(file)  # A recovery has locked it first, and deletes it as an orphan.


def open_locked(path: Path) -> int | None:
    """Return the file, locked; None when its process lives or it was shipped. Raise OSError."""
    try:
        file = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    try:
        if _try_lock(path, file):
            return file
    except OSError:
        os.close(file)
        raise
    os.close(file)
    return None


def find_end(file: int) -> int:
    """Return the size of the file without the zeros of its allocation."""
    end = os.fstat(file).st_size
    while end > 0:
        start = max(end - _BLOCK, 0)
        written = os.pread(file, end - start, start).rstrip(b"\0")
        if written:
            return start + len(written)
        end = start
    return 0


def _try_lock(path: Path, file: int) -> bool:
    """Return whether the file is locked now, and still the one at its path. Raise OSError."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.path.samestat(path.lstat(), os.fstat(file))
    except (BlockingIOError, FileNotFoundError):
        return False
