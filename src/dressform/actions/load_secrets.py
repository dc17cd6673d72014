from collections.abc import Callable

from dressform.clock import Clock
from dressform.crypto.keyrings import Keyrings
from dressform.crypto.refresh_tokens import RefreshTokens
from dressform.crypto.sealing import DecryptionError, MasterKeys, MissingMasterKeyError
from dressform.crypto.secrets import KeyedIndex, new_key
from dressform.crypto.signing_keys import SigningKey
from dressform.db.connections import Transaction
from dressform.db.pool import Pool
from dressform.errors import StartupError
from dressform.repositories.service_secrets import SecretPurpose, ServiceSecrets


async def load_secrets(
    pool: Pool, master: MasterKeys, clock: Clock
) -> tuple[Keyrings, list[SigningKey]]:
    """Load the secrets of the service. Create them at the very first start.

    Raise StartupError when a master key that the database needs is not in the ring.
    """
    async with Transaction.begin(pool) as connection:
        secrets = ServiceSecrets(connection, master, clock)
        await secrets.lock()
        await _check_master_keys(secrets, master)
        index = await _get_or_create(secrets, SecretPurpose.INDEX, new_key)
        await _get_or_create(
            secrets, SecretPurpose.SIGNING, lambda: SigningKey.generate().to_bytes()
        )
        signing = [
            SigningKey.from_bytes(stored)
            for stored in await secrets.list_by_purpose(SecretPurpose.SIGNING)
        ]
    keyed = KeyedIndex(index)
    refresh_tokens = RefreshTokens(keyed.derive_key("refresh tokens"))
    return Keyrings(master, keyed, refresh_tokens), signing


async def _check_master_keys(secrets: ServiceSecrets, master: MasterKeys) -> None:
    missing = await secrets.list_master_key_ids() - master.ids
    if missing:
        raise StartupError(
            f"The database is sealed under the master key {min(missing)!r}, which is not in "
            "DRESSFORM_MASTER_KEYS: add it to the list (it need not be the first)."
        )


async def _get_or_create(
    secrets: ServiceSecrets, purpose: SecretPurpose, make: Callable[[], bytes]
) -> bytes:
    try:
        present = await secrets.list_by_purpose(purpose)
    except (DecryptionError, MissingMasterKeyError):
        raise StartupError(
            "The database does not open: a key in DRESSFORM_MASTER_KEYS, or the file master.keys "
            "of the state folder, has the right id but is not the one it was sealed under."
        ) from None
    if present:
        return present[0]
    made = make()
    await secrets.add(purpose, made)
    return made
