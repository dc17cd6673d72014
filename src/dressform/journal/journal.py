"""The journal of a process: it writes its own files, and reads all files of this host."""

import asyncio
import logging
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID, uuid4

from sqlalchemy import text

from dressform.errors import Unavailable
from dressform.journal.entries import Deletion, EntryHasher
from dressform.journal.files import (
    JournalFile,
    append_line,
    create_file,
    day_of,
    is_over,
    list_files,
    read_file,
)

log = logging.getLogger(__name__)

_RETRY_AFTER_SECONDS = 30

# The row stays locked until the transaction ends: numbers are committed in their order.
_INCREMENT_NUMBER = text(
    "INSERT INTO deletion_mark AS mark (file_id, day, number) VALUES (:file_id, :day, 1) "
    "ON CONFLICT (file_id) DO UPDATE SET number = mark.number + 1 RETURNING number"
)


class Transaction(Protocol):
    """What the journal needs of the transaction that deletes."""

    async def scalar(self, statement: Any, values: Mapping[str, Any]) -> Any: ...


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry for a transaction that is about to be committed."""

    path: Path
    file_id: UUID
    day: datetime
    number: int


class Journal:
    """The deletion journal. `retention`: how long backups, and so the entries, are kept."""

    def __init__(self, folder: Path, key: bytes, *, retention: timedelta) -> None:
        self.hasher = EntryHasher(key)
        self.retention = retention
        self.root = folder
        self.folder = folder / self.hasher.site
        self._lock = threading.Lock()
        self._path: Path | None = None
        self._file_id = UUID(int=0)
        self._day: datetime | None = None
        self._committed = 0

    async def record(
        self, transaction: Transaction, deletions: Sequence[Deletion], *, at: datetime
    ) -> Entry:
        """Write an entry for the deletions of a transaction, just before it is committed.

        Raise Unavailable when it can't be written: then nothing may be deleted.
        """
        hashes = [self.hasher.hash(each) for each in deletions]
        try:
            path, file_id, day = await asyncio.to_thread(self._get_file, day_of(at))
        except OSError as error:
            raise _refuse_deletion(error) from error
        number = await transaction.scalar(_INCREMENT_NUMBER, {"file_id": file_id, "day": day})
        if file_id == self._file_id and number <= self._committed:
            log.error(
                "the database is older than the deletion journal: stop, and see `dressform restore`"
            )
            raise Unavailable(
                reason="the deletion journal can't be written", retry_after=_RETRY_AFTER_SECONDS
            )
        try:
            await asyncio.to_thread(append_line, path, day, number=number, deleted=hashes)
        except OSError as error:
            raise _refuse_deletion(error) from error
        return Entry(path, file_id, day, number)

    async def confirm(self, entry: Entry) -> None:
        """Write that the transaction was committed. If that fails the next entry implies it."""
        if entry.file_id == self._file_id:
            self._committed = max(self._committed, entry.number)
        try:
            await asyncio.to_thread(append_line, entry.path, entry.day, committed=entry.number)
        except OSError as error:
            log.error("a deletion was not confirmed in the journal: %s", error.strerror)  # noqa: TRY400

    def read_all(self, *, at: datetime) -> list[JournalFile]:
        """Return the files of this host that are still needed, oldest first. Raise OSError."""
        found = []
        for path, file_id, day in list_files(self.folder):
            if not is_over(day, at=at, retention=self.retention):
                with suppress(FileNotFoundError):
                    found.append(read_file(path, file_id, day))
        return found

    def list_foreign_files(self) -> list[Path]:
        """Return the files of other sites, which have another key. Raise OSError."""
        folders = [each for each in self.root.glob("*") if each.is_dir() and each != self.folder]
        return [path for folder in folders for path, *_ in list_files(folder)]

    def delete_expired(self, *, at: datetime) -> int:
        """Delete the expired files, of other sites too. Return how many. Raise OSError."""
        over = [
            path
            for folder in self.root.glob("*")
            for path, _, day in list_files(folder)
            if is_over(day, at=at, retention=self.retention)
        ]
        for path in over:
            path.unlink(missing_ok=True)
        return len(over)

    def _get_file(self, day: datetime) -> tuple[Path, UUID, datetime]:
        """Return this process's file of a day. Create it when it is missing."""
        with self._lock:
            if self._path is None or self._day != day or not self._path.exists():
                file_id = uuid4()
                self._path = create_file(self.folder, file_id, day)
                self._file_id, self._day, self._committed = file_id, day, 0
            return self._path, self._file_id, day


def _refuse_deletion(error: OSError) -> Unavailable:
    log.error("nothing can be deleted: the deletion journal can't be written (%s)", error.strerror)
    return Unavailable(
        reason="the deletion journal can't be written", retry_after=_RETRY_AFTER_SECONDS
    )
