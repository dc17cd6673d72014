from dressform.clock import Clock
from dressform.crypto.keyrings import Keyrings
from dressform.crypto.sealing import DecryptionError, MasterKeys, MissingMasterKeyError
from dressform.crypto.secrets import KeyedIndex, new_key
from dressform.crypto.signing_keys import SigningKey
from dressform.db.connections import Transaction
from dressform.db.pool import Pool
from dressform.errors import StartupError
from dressform.repositories.key_rings import build_key_rings
from dressform.repositories.key_states import SecretPurpose, StoredKey
from dressform.repositories.service_secrets import ServiceSecrets

_LEGACY_LABELS = {
    SecretPurpose.REFRESH: "refresh tokens",
    SecretPurpose.JOURNAL: "deletion journal",
}
"""Two keys that earlier versions derived from the index key."""


async def load_secrets(
    pool: Pool, master: MasterKeys, clock: Clock
) -> tuple[Keyrings, list[SigningKey]]:
    """Load the keys of the service. Create them at the very first start.

    Raise StartupError when a master key that the database needs is not in the ring, and when a key
    is missing without which data can't be used.
    """
    async with Transaction.begin(pool) as connection:
        secrets = ServiceSecrets(connection, master, clock)
        await secrets.lock()
        await _check_master_keys(secrets, master)
        keys = await _list_keys(secrets)
        keys += await _create_missing(secrets, keys, clock)
    return build_key_rings(keys, master, now=clock())


async def _check_master_keys(secrets: ServiceSecrets, master: MasterKeys) -> None:
    missing = await secrets.list_master_key_ids() - master.ids
    if missing:
        raise StartupError(
            f"The database is sealed under the master key {min(missing)!r}, which is not in "
            "DRESSFORM_MASTER_KEYS: add it to the list (it need not be the first)."
        )


async def _list_keys(secrets: ServiceSecrets) -> list[StoredKey]:
    try:
        return await secrets.list_all()
    except (DecryptionError, MissingMasterKeyError):
        raise StartupError(
            "The database does not open: a key in DRESSFORM_MASTER_KEYS, or the file master.keys "
            "of the state folder, has the right id but is not the one it was sealed under."
        ) from None


async def _create_missing(
    secrets: ServiceSecrets, keys: list[StoredKey], clock: Clock
) -> list[StoredKey]:
    """Create what is missing. Raise StartupError where a new key could not take its place."""
    present, created = {key.purpose for key in keys}, []
    missing = [purpose for purpose in SecretPurpose if purpose not in present]
    if SecretPurpose.INDEX in missing and await secrets.has_accounts():
        raise StartupError(
            "The database has accounts, but its table service_secret has no index key, by which "
            "members are found: restore that table from the same backup as the accounts."
        )
    if SecretPurpose.JOURNAL in missing and SecretPurpose.REFRESH in present:
        raise StartupError(
            "The table service_secret has no key of the deletion journal, without which a restored "
            "database can't repeat deletions: restore that table from the backup."
        )
    for purpose in missing:
        secret = _make_secret(purpose, keys)
        created.append(await secrets.add(purpose, secret, active_from=clock()))
    return created


def _make_secret(purpose: SecretPurpose, keys: list[StoredKey]) -> bytes:
    """Return a random key, or the one that earlier versions derived from the index key."""
    if purpose is SecretPurpose.SIGNING:
        return SigningKey.generate().to_bytes()
    index = [key for key in keys if key.purpose is SecretPurpose.INDEX]
    if purpose in _LEGACY_LABELS and index:
        oldest = min(index, key=lambda key: key.id)
        return KeyedIndex(oldest.secret).derive_key(_LEGACY_LABELS[purpose])
    return new_key()
