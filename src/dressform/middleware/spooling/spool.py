"""Lines of the access log on their way to the database: a file a process, written before answers.

A line is handed to the kernel before the last byte of its answer, so that it survives the process
being killed. Files hold addresses: they are 0600 and live for a minute.
"""

import logging
import os
import time
from collections import deque
from pathlib import Path

from dressform.crypto.secrets import timed_id
from dressform.middleware.spooling.disk import asked_of_disk, found, is_at, made

log = logging.getLogger(__name__)

SUFFIX = ".spool"
_MOST_HELD = 32 * 1024 * 1024
"""Bytes kept in memory while the disk takes none; then requests wait, and are refused."""

_COMPLAINT_SECONDS = 60.0


class Spool:
    """One append-only file, locked for as long as its process lives.

    What the disk refuses is held in memory as the stream's end: readers see one stream of bytes.
    """

    def __init__(self, path: Path, *, create: bool = True) -> None:
        self.path = path
        self.name = path.stem
        self.shipped = 0  # At least so far; the database knows better.
        self.cut = 0
        self._file = made(path) if create else found(path)
        self._written = os.fstat(self._file).st_size
        self._held: deque[bytes] = deque()
        self._held_bytes = 0
        self._complain_at = 0.0
        self._complained = False

    @property
    def size(self) -> int:
        return self._written + self._held_bytes

    @property
    def is_failing(self) -> bool:
        """Whether the disk refuses lines; they are held in memory meanwhile."""
        return bool(self._held)

    @property
    def is_full(self) -> bool:
        """Whether memory should take no more either."""
        return self._held_bytes >= _MOST_HELD

    @property
    def is_overfull(self) -> bool:
        """Whether refusals have filled as much again."""
        return self._held_bytes >= 2 * _MOST_HELD

    def is_astray(self) -> bool:
        """Whether somebody removed, moved or cut the file. What is left of it can still be read.

        `cut` is where that begins: the bytes before are shipped, or lost.
        """
        file = os.fstat(self._file)
        self.cut = max(self.cut, self._written - file.st_size)
        return self.cut > 0 or not is_at(self.path, file)

    def append(self, line: bytes) -> None:
        """Never raises: a full disk must not break a request."""
        if self._held:
            self._hold(line)
            self.retry()
        elif rest := self._write(line):
            self._hold(rest)
            self._complain()

    def retry(self) -> None:
        """Write what is held, as far as the disk takes it."""
        while self._held:
            line = self._held.popleft()
            rest = self._write(line)
            self._held_bytes -= len(line) - len(rest)
            if rest:
                self._held.appendleft(rest)
                self._complain()
                return
        self._settle()

    def skip_shipped(self) -> None:
        """Forget held lines that reached the table: a hole takes their place, which is no space."""
        while self._held and self._written + len(self._held[0]) <= self.shipped:
            end = self._written + len(self._held[0])
            try:
                os.ftruncate(self._file, end - self.cut)
            except OSError:
                return
            self._held_bytes -= len(self._held.popleft())
            self._written = end
        self._settle()

    def read(self, start: int, limit: int) -> bytes:
        """Whole lines from `start`, about `limit` bytes at most. A torn last line is left.

        What has no end within `limit` is no line of ours, and comes in pieces. Not before `cut`.
        Raises DiskError.
        """
        with asked_of_disk():
            block = os.pread(self._file, limit, start - self.cut)
        if self._held and start + len(block) >= self._written:
            held = b"".join(self._held)
            skipped = max(start - self._written, 0)
            block += held[skipped : skipped + limit - len(block)]
        end = block.rfind(b"\n") + 1
        return block if not end and len(block) >= limit else block[:end]

    def empty(self) -> None:
        """All of its lines are in the log. Also when somebody moved it. Raises DiskError."""
        with asked_of_disk():
            os.ftruncate(self._file, 0)
        self._held.clear()
        self._written = self._held_bytes = self.shipped = 0
        self._settle()

    def remove(self) -> None:
        """Raises DiskError, and lets go anyhow."""
        if self._file < 0:
            return
        try:
            with asked_of_disk():
                self.path.unlink(missing_ok=True)
        finally:
            self.leave()

    def leave(self) -> None:
        """Let go of the file; whoever finds it ships the rest."""
        if self._file >= 0:
            os.close(self._file)
        self._file = -1  # Its number may soon be another file's.

    def _hold(self, line: bytes) -> None:
        self._held.append(line)
        self._held_bytes += len(line)

    def _complain(self) -> None:
        now = time.monotonic()
        if now >= self._complain_at:
            self._complain_at, self._complained = now + _COMPLAINT_SECONDS, True
            log.error(
                "the access log cannot be written to %s: %d bytes are held in memory alone",
                self.path,
                self._held_bytes,
            )

    def _settle(self) -> None:
        if self._complained and not self._held:
            self._complained = False
            log.warning("the access log can be written again")

    def _write(self, line: bytes) -> bytes:
        """What could not be written of the line."""
        try:
            written = os.write(self._file, line)
        except OSError:
            return line
        self._written += written
        return line[written:]


def new_spool(folder: Path) -> Spool:
    """An empty one of a name never used before. Raises DiskError."""
    with asked_of_disk():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Spool(folder / f"{timed_id()}{SUFFIX}")
