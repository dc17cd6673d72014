from uuid import UUID

from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.repositories.stored_hashes import WITHOUT_SKELETON, StoredHashes


async def complete_skeletons(uows: UnitOfWorkFactory) -> int:
    """Compute the hash for names that look alike where an earlier version did not. Return how many.

    Rows that don't open keep none: they are tried again at the next run.
    """
    completed = 0
    last_id: UUID | None = UUID(int=0)
    while last_id is not None:
        async with uows.transaction() as uow:
            batch = await StoredHashes(uow).rehash_batch(WITHOUT_SKELETON, after=last_id)
        completed, last_id = completed + batch.rehashed, batch.last_id
    return completed
