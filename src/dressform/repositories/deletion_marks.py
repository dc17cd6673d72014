"""How much of the deletion journal the database knows."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from dressform.db.tables import DeletionMark
from dressform.db.unit_of_work import UnitOfWork
from dressform.journal.files import JournalFile


class DeletionMarks:
    """The number of the last known entry of each file of the deletion journal."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    async def get_numbers(self) -> dict[UUID, int]:
        """Return the number of the last entry that is known, by the file's id."""
        found = await self._uow.connection.execute(
            select(DeletionMark.file_id, DeletionMark.number)
        )
        return {row.file_id: row.number for row in found}

    async def mark_known(self, files: Collection[JournalFile]) -> None:
        """Record that everything that these files committed is known."""
        for file in files:
            known = insert(DeletionMark).values(
                file_id=file.id, day=file.day, number=file.committed_number
            )
            number = func.greatest(DeletionMark.number, known.excluded.number)
            await self._uow.connection.execute(
                known.on_conflict_do_update(index_elements=["file_id"], set_={"number": number})
            )

    async def delete_before(self, day: datetime) -> int:
        """Delete the marks of files that are no more. Return how many."""
        deleted = await self._uow.connection.execute(
            delete(DeletionMark).where(DeletionMark.day < day)
        )
        return deleted.rowcount
