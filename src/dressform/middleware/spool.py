"""Lines of the access log on their way to the database: a file a process, written before answers.

A line is handed to the kernel before the last byte of its answer, so that it survives the process
being killed. Files hold addresses: they are 0600 and live for seconds.
"""

import fcntl
import logging
import os
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from dressform.crypto.secrets import new_id

log = logging.getLogger(__name__)

_SUFFIX = ".spool"
_MOST_HELD = 100_000
"""Lines kept in memory while the disk takes none: about 15 MB."""


class Spool:
    """One append-only file, locked for as long as its process lives."""

    def __init__(self, path: Path, *, create: bool = True) -> None:
        self.path = path
        self.name = path.stem
        flags = os.O_RDWR | os.O_APPEND | (os.O_CREAT | os.O_EXCL if create else 0)
        self._file = os.open(path, flags, 0o600)
        self._held: deque[bytes] = deque(maxlen=_MOST_HELD)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._file)
            raise

    @property
    def size(self) -> int:
        return os.fstat(self._file).st_size

    @property
    def is_failing(self) -> bool:
        """Whether the disk refuses lines; they are held in memory meanwhile."""
        return bool(self._held)

    def append(self, line: bytes) -> None:
        """Never raises: a full disk must not break a request."""
        if self._held:
            self._held.append(line)
            self.retry()
        elif (rest := self._write(line)) is not None:
            log.error("the access log cannot be written to %s: lines are held in memory", self.path)
            self._held.append(rest)

    def retry(self) -> None:
        """Write what is held, as far as the disk takes it."""
        while self._held:
            rest = self._write(self._held[0])
            if rest is not None:
                self._held[0] = rest
                return
            self._held.popleft()
        log.warning("the access log can be written again")

    def _write(self, line: bytes) -> bytes | None:
        """What could not be written of the line, or None."""
        try:
            written = os.write(self._file, line)
        except OSError:
            return line
        return line[written:] or None

    def read(self, start: int, limit: int) -> bytes:
        """Whole lines from `start`, about `limit` bytes at most. A torn last line is left."""
        block = os.pread(self._file, limit, start)
        return block[: block.rfind(b"\n") + 1]

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)
        os.close(self._file)

    def leave(self) -> None:
        """Let go of the file; whoever finds it ships the rest."""
        os.close(self._file)


def new_spool(folder: Path) -> Spool:
    """An empty one of a name never used before."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Spool(folder / f"{new_id()}{_SUFFIX}")


def orphans(folder: Path) -> Iterator[Spool]:
    """Those whose process is gone, locked for us."""
    for path in sorted(folder.glob(f"*{_SUFFIX}")):
        try:
            yield Spool(path, create=False)
        except OSError:
            continue  # Its process lives, or another of us was faster.
