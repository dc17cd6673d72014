"""Steps of the life of keys that several tests make."""

from fastapi import FastAPI

from dressform.actions.reload_keys import reload_keys
from dressform.actions.rotate_keys import retire_key, rotate_key
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.repositories.key_states import SecretPurpose, StoredKey
from dressform.repositories.service_secrets import ServiceSecrets


async def rotate(uows: UnitOfWorkFactory, purpose: SecretPurpose) -> StoredKey:
    async with uows.transaction() as uow:
        return await rotate_key(uow, purpose)


async def retire(uows: UnitOfWorkFactory, key: StoredKey) -> StoredKey | None:
    async with uows.transaction() as uow:
        return await retire_key(uow, key.id)


async def stored_keys(uows: UnitOfWorkFactory, purpose: SecretPurpose) -> list[StoredKey]:
    uow = uows.read()
    secrets = ServiceSecrets(uow.connection, uow.keyrings.master, uows.clock)
    return await secrets.list_by_purpose(purpose)


async def reload_app(app: FastAPI) -> None:
    """Let a process read the keys again, as it does each minute."""
    await reload_keys(app.state.dressform.uows, app.state.dressform.tokens)
