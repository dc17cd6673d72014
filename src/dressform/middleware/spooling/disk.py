"""What is done to the folder of the spools, and what its disk says when it can't be done."""

import fcntl
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dressform.crypto.secrets import timed_id
from dressform.errors import StartupError

_UNNAMED = ".new"
_UNNAMED_SECONDS = 60.0


class DiskError(Exception):
    """In the disk's own words. No OSError, which would be taken for the database's."""


@contextmanager
def asked_of_disk() -> Iterator[None]:
    """Raises DiskError for whatever the system refuses meanwhile."""
    try:
        yield
    except OSError as error:
        raise DiskError(error.strerror or type(error).__name__) from error


def assert_usable(folder: Path) -> None:
    """Raises StartupError when no file can be made there and removed again."""
    tried = folder / f"{timed_id()}{_UNNAMED}"  # Nobody takes it for a spool.
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        tried.touch(mode=0o600)
        tried.unlink()
    except OSError as error:
        raise StartupError(
            f"The access log can't be kept in {folder.absolute()} ({error.strerror}): let the "
            "service write there, or set DRESSFORM_STATE_DIR to another folder."
        ) from None


def made(path: Path) -> int:
    """A new file. Locked before it has the name by which others look for orphans."""
    unnamed = path.with_suffix(_UNNAMED)
    file = os.open(unnamed, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        unnamed.rename(path)
    except OSError:
        os.close(file)
        with suppress(OSError):
            unnamed.unlink()
        raise
    return file


def found(path: Path) -> int:
    """OSError when it is somebody's, or was shipped and removed while we came to lock it."""
    file = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not is_at(path, os.fstat(file)):
            raise FileNotFoundError(path)
    except OSError:
        os.close(file)
        raise
    return file


def is_at(path: Path, file: os.stat_result) -> bool:
    """Whether the path still leads to the file."""
    try:
        return os.path.samestat(path.lstat(), file)
    except OSError:
        return False


def clear_unnamed(folder: Path) -> None:
    """Remove files whose process died, or was refused, before they had a name: they are empty."""
    for path in folder.glob(f"*{_UNNAMED}"):
        with suppress(OSError):
            status = path.lstat()
            is_old = status.st_mtime < time.time() - _UNNAMED_SECONDS
            if is_old and stat.S_ISREG(status.st_mode) and not status.st_size:
                path.unlink()
