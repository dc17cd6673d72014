"""What a repository needs to seal, open and find: the key ring and the keyed index together."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from dressform.crypto.refresh_tokens import RefreshTokens
from dressform.crypto.sealing import DataKey, MasterKeys, WrappedKey
from dressform.crypto.secrets import KeyedIndex


@dataclass(frozen=True, slots=True)
class Keyrings:
    master: MasterKeys
    index: KeyedIndex
    refresh_tokens: RefreshTokens


@dataclass(frozen=True, slots=True)
class RowEncryption:
    """A row that carries its own wrapped data key beside its payload: a sign-up, a mail."""

    keyrings: Keyrings
    table: str

    def seal(self, value: dict[str, Any], row: UUID) -> dict[str, Any]:
        """The columns `key_id`, `wrapped_key` and `sealed` for a fresh key."""
        key = DataKey.generate()
        wrapped = self.keyrings.master.wrap(key, row)
        return {
            "key_id": wrapped.key_id,
            "wrapped_key": wrapped.key,
            "sealed": key.seal(value, self.table, row, 1),
        }

    def open(self, row: Any) -> Any:
        """The payload of a row with `id`, `key_id`, `wrapped_key` and `sealed`."""
        key = self.keyrings.master.unwrap(WrappedKey(row.key_id, row.wrapped_key), row.id)
        return key.open(row.sealed, self.table, row.id, 1)
