"""Check whether the database knows all deletions in the journal files of this host."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.errors import StartupError
from dressform.journal.files import JournalFile, append_line
from dressform.repositories.deletion_marks import DeletionMarks


@dataclass(frozen=True, slots=True)
class Comparison:
    """The files of this host, and the last number of each that the database knows."""

    files: Sequence[JournalFile]
    known: dict[UUID, int]

    @property
    def outdated_files(self) -> list[JournalFile]:
        """Return the files with deletions that the database does not know."""
        return [each for each in self.files if each.committed_number > self.known.get(each.id, 0)]

    @property
    def unknown_hashes(self) -> list[str]:
        """Return the hashes of what must be deleted again."""
        return [
            each
            for file in self.outdated_files
            for each in file.committed_after(self.known.get(file.id, 0))
        ]

    @property
    def missing_file_count(self) -> int:
        """Return how many files only the database knows: on other hosts, or lost."""
        return len(self.known.keys() - {each.id for each in self.files})


async def compare_journal(uows: UnitOfWorkFactory) -> Comparison:
    """Compare the journal with the database. Raise StartupError when a file can't be read."""
    # Read the files before the marks, so that a deletion in between is not reported as unknown.
    with _translate_disk_errors():
        files = await asyncio.to_thread(uows.journal.read_all, at=uows.clock())
    if not files:
        return Comparison([], {})
    uow = uows.read()
    return Comparison(files, await DeletionMarks(uow).get_numbers())


async def check_journal(uows: UnitOfWorkFactory) -> None:
    """Raise StartupError when the database does not know all deletions."""
    found = await compare_journal(uows)
    if found.outdated_files:
        raise StartupError(
            f"The database was put back from a backup, and does not know of {len(found.unknown_hashes)} "
            "deletions that the journal holds: run `dressform restore replay` first, which deletes "
            "all of it again."
        )
    await confirm_files(found)


async def confirm_files(found: Comparison) -> None:
    """Confirm what the database committed for a process that died before it could."""
    with _translate_disk_errors():
        for file in found.files:
            if file.committed_number < file.last_number <= found.known.get(file.id, 0):
                await asyncio.to_thread(
                    append_line, file.path, file.day, committed=file.last_number
                )


@contextmanager
def _translate_disk_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StartupError(
            f"The deletion journal can't be used ({error.strerror}: {error.filename}): let the "
            "service read and write it."
        ) from None
