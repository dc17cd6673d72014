from uuid import UUID

from dressform.actions.reload_keys import reload_keys
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.errors import StartupError
from dressform.repositories.key_states import (
    PUBLICATION_PERIOD,
    KeyState,
    SecretPurpose,
    StoredKey,
    get_state,
)
from dressform.repositories.service_secrets import ServiceSecrets
from dressform.repositories.stored_hashes import HASHED_TABLES, HashedTable, StoredHashes

_BEFORE_ALL = UUID(int=0)


async def rehash_index(uows: UnitOfWorkFactory) -> int:
    """Rehash all rows under the active index key, then delete the earlier keys. Return how many.

    It may be interrupted and run again. Raise StartupError when there is nothing to do, before every
    process writes with the active key, and for rows that don't open: they keep the earlier key.
    """
    keys = await _list_keys(uows)
    await _check_due(uows, keys)
    await reload_keys(uows)
    total = 0
    # The last pass changes nothing: what was written during the one before is rehashed too.
    while rehashed := await _rehash_all(uows):
        total += rehashed
    async with uows.transaction() as uow:
        secrets = ServiceSecrets(uow.connection, uow.keyrings.master, uows.clock)
        await secrets.lock()
        for key in keys:
            if get_state(key, keys, uow.now) is KeyState.ACCEPTED:
                await secrets.delete(key)
    return total


async def _list_keys(uows: UnitOfWorkFactory) -> list[StoredKey]:
    uow = uows.read()
    secrets = ServiceSecrets(uow.connection, uow.keyrings.master, uows.clock)
    return await secrets.list_by_purpose(SecretPurpose.INDEX)


async def _check_due(uows: UnitOfWorkFactory, keys: list[StoredKey]) -> None:
    if len(keys) == 1:
        raise StartupError("There is one index key: `dressform keys rotate index` makes another.")
    due = max(key.active_from for key in keys) + PUBLICATION_PERIOD
    if uows.clock() < due:
        raise StartupError(
            f"Not every process uses the new index key yet: run it again at {due:%H:%M:%S} UTC."
        )


async def _rehash_all(uows: UnitOfWorkFactory) -> int:
    rehashed = unreadable = 0
    for table in HASHED_TABLES:
        changed, failed = await _rehash_table(uows, table)
        rehashed, unreadable = rehashed + changed, unreadable + failed
    if unreadable:
        raise StartupError(
            f"{unreadable} rows do not open, so the earlier index key stays: `dressform keys list` "
            "shows whether a master key is missing. Put it back and run it again."
        )
    return rehashed


async def _rehash_table(uows: UnitOfWorkFactory, table: HashedTable) -> tuple[int, int]:
    """Rehash a table in batches, each in a transaction of its own."""
    rehashed = unreadable = 0
    last_id: UUID | None = _BEFORE_ALL
    while last_id is not None:
        async with uows.transaction() as uow:
            batch = await StoredHashes(uow).rehash_batch(table, after=last_id)
        rehashed, unreadable = rehashed + batch.rehashed, unreadable + batch.unreadable
        last_id = batch.last_id
    return rehashed, unreadable
