"""The keys that repositories need: master keys, keyed index, refresh tokens and ids of mails."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from dressform.crypto.attempt_keys import AttemptKeys
from dressform.crypto.device_tokens import DeviceTokens
from dressform.crypto.mail_ids import MailIds
from dressform.crypto.refresh_tokens import RefreshTokens
from dressform.crypto.sealing import DataKey, MasterKeys, WrappedKey
from dressform.crypto.secrets import KeyedIndex


@dataclass(frozen=True, slots=True)
class Keyrings:
    """The keys of the service, which every unit of work carries. A reload replaces all of them."""

    master: MasterKeys
    index: KeyedIndex
    refresh_tokens: RefreshTokens
    mail_ids: MailIds
    attempts: AttemptKeys
    devices: DeviceTokens
    journal: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class RowEncryption:
    """The encryption of rows that carry their own wrapped data key, such as mails.

    `table` is the name that is bound to each row as associated data.
    """

    keyrings: Keyrings
    table: str

    def seal(self, value: dict[str, Any], row: UUID) -> dict[str, Any]:
        """Return the columns `key_id`, `wrapped_key` and `sealed`, under a new data key."""
        key = DataKey.generate()
        wrapped = self.keyrings.master.wrap(key, row)
        return {
            "key_id": wrapped.key_id,
            "wrapped_key": wrapped.key,
            "sealed": key.seal(value, self.table, row, 1),
        }

    def open(self, row: Any) -> Any:
        """Return the decrypted payload of a row with `id`, `key_id`, `wrapped_key` and `sealed`."""
        key = self.keyrings.master.unwrap(WrappedKey(row.key_id, row.wrapped_key), row.id)
        return key.open(row.sealed, self.table, row.id, 1)
