from collections.abc import Sequence
from uuid import UUID

from dressform.crypto.secrets import new_key
from dressform.crypto.signing_keys import SigningKey
from dressform.db.unit_of_work import UnitOfWork
from dressform.errors import StartupError
from dressform.repositories.key_states import (
    PUBLICATION_PERIOD,
    KeyState,
    SecretPurpose,
    StoredKey,
    get_state,
)
from dressform.repositories.service_secrets import ServiceSecrets


async def rotate_key(uow: UnitOfWork, purpose: SecretPurpose) -> StoredKey:
    """Publish a new key, which is used as soon as every process knows it.

    Raise StartupError while an earlier rotation is not finished, and for the journal's key.
    """
    secrets, keys = await _lock_and_list(uow, purpose)
    if purpose is SecretPurpose.JOURNAL:
        raise StartupError(
            "The key of the deletion journal is not rotated: the files of every backup that can "
            "be restored are found by it."
        )
    states = [get_state(key, keys, uow.now) for key in keys]
    if KeyState.PUBLISHED in states:
        raise StartupError("A key of this purpose is published already: wait until it is active.")
    if purpose is SecretPurpose.INDEX and KeyState.ACCEPTED in states:
        raise StartupError("The last rotation is not finished: run `dressform keys rehash` first.")
    active_from = uow.now + PUBLICATION_PERIOD
    return await secrets.add(purpose, _generate(purpose), active_from=active_from)


async def retire_key(uow: UnitOfWork, key_id: UUID) -> StoredKey | None:
    """Delete a key at once, as after a leak. What was made with it is refused within a minute.

    If it is the active one, return its successor: the published key, or a new one. Raise
    StartupError for an unknown key, and for one without which stored data could not be used.
    """
    secrets = ServiceSecrets(uow.connection, uow.keyrings.master, lambda: uow.now)
    await secrets.lock()
    found = next((key for key in await secrets.list_all() if key.id == key_id), None)
    if found is None:
        raise StartupError("There is no key with this id: `dressform keys list` shows all.")
    keys = await secrets.list_by_purpose(found.purpose)
    state = get_state(found, keys, uow.now)
    _check_retirable(found.purpose, state)
    await secrets.delete(found)
    if state is not KeyState.ACTIVE:
        return None
    return await _replace(secrets, found, keys, uow)


def _check_retirable(purpose: SecretPurpose, state: KeyState) -> None:
    if purpose is SecretPurpose.JOURNAL:
        raise StartupError("Without the key of the deletion journal a restore repeats no deletion.")
    if purpose is SecretPurpose.INDEX and state is not KeyState.PUBLISHED:
        raise StartupError(
            "Members are found by this key: `dressform keys rotate index` and `dressform keys "
            "rehash` replace it."
        )


async def _replace(
    secrets: ServiceSecrets, retired: StoredKey, keys: Sequence[StoredKey], uow: UnitOfWork
) -> StoredKey:
    """Make the published key active, or else a new one. An accepted key is not used again."""
    for key in keys:
        if get_state(key, keys, uow.now) is KeyState.PUBLISHED:
            await secrets.activate(key)
            return key
    return await secrets.add(retired.purpose, _generate(retired.purpose), active_from=uow.now)


async def _lock_and_list(
    uow: UnitOfWork, purpose: SecretPurpose
) -> tuple[ServiceSecrets, list[StoredKey]]:
    secrets = ServiceSecrets(uow.connection, uow.keyrings.master, lambda: uow.now)
    await secrets.lock()
    return secrets, await secrets.list_by_purpose(purpose)


def _generate(purpose: SecretPurpose) -> bytes:
    return SigningKey.generate().to_bytes() if purpose is SecretPurpose.SIGNING else new_key()
