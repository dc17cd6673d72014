"""Envelope encryption: AES-256-GCM payloads under a data key, data keys under a master key.

A payload is bound to its table, row and version as associated data: moved to another row, or put
back after a change without its version, it does not open. A row that is put back as a whole opens:
nothing outside the database knows the current version. Layout of a sealed value: one byte of format (1), twelve
bytes of nonce, then ciphertext and tag.
"""

import hmac
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic_core import from_json

from dressform.crypto.secrets import new_key
from dressform.logging.security_events import SecurityEvent, log_security_event

_FORMAT = b"\x01"
_NONCE_LENGTH = 12


class DecryptionError(Exception):
    """A value can't be decrypted: another key, another row, or damaged. Contains no data."""


class MissingMasterKeyError(Exception):
    """The key ring has no master key of this id."""

    def __init__(self, key_id: str) -> None:
        super().__init__(f"no master key with id {key_id!r}")
        self.key_id = key_id


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A data key as it is stored: encrypted under the master key `key_id`."""

    key_id: str
    key: bytes


def _seal(cipher: AESGCM, plain: bytes, bound: str) -> bytes:
    nonce = os.urandom(_NONCE_LENGTH)
    return _FORMAT + nonce + cipher.encrypt(nonce, plain, bound.encode())


def _open(cipher: AESGCM, sealed: bytes, bound: str) -> bytes:
    if sealed[:1] != _FORMAT:
        raise DecryptionError
    try:
        return cipher.decrypt(
            sealed[1 : 1 + _NONCE_LENGTH], sealed[1 + _NONCE_LENGTH :], bound.encode()
        )
    except (InvalidTag, ValueError):
        raise DecryptionError from None


class DataKey:
    """The data key of one account, registration or mail."""

    __slots__ = ("_cipher", "_raw")

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._cipher = AESGCM(raw)

    def __repr__(self) -> str:
        return "DataKey(…)"

    @classmethod
    def generate(cls) -> "DataKey":
        """Return a new random key."""
        return cls(new_key())

    def compute_digest(self, purpose: str, content: bytes) -> bytes:
        """Return a keyed hash, from which the content can't be guessed without this key."""
        return hmac.digest(self._raw, f"{purpose}\0".encode() + content, "sha256")

    def seal(self, value: dict[str, Any], table: str, row: UUID, version: int) -> bytes:
        """Encrypt a JSON value for this table, row and version."""
        plain = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        return self.seal_bytes(plain, table, row, version)

    def open(self, sealed: bytes, table: str, row: UUID, version: int) -> Any:
        """Decrypt a JSON value. Raise DecryptionError if key, table, row or version differ."""
        # Without pydantic's cache of strings, which would keep decrypted values in memory.
        return from_json(self.open_bytes(sealed, table, row, version), cache_strings="none")

    def seal_bytes(self, plain: bytes, table: str, row: UUID, version: int) -> bytes:
        return _seal(self._cipher, plain, f"{table}|{row}|{version}")

    def open_bytes(self, sealed: bytes, table: str, row: UUID, version: int) -> bytes:
        try:
            return _open(self._cipher, sealed, f"{table}|{row}|{version}")
        except DecryptionError:
            log_security_event(SecurityEvent.BROKEN_SEAL)
            raise


class TokenCipher:
    """Encrypts tokens that clients hold. One that does not open is no broken seal, but a stranger's."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, plain: bytes, purpose: str) -> bytes:
        return _seal(self._cipher, plain, purpose)

    def open(self, sealed: bytes, purpose: str) -> bytes:
        """Decrypt a token of the same purpose. Raise DecryptionError."""
        return _open(self._cipher, sealed, purpose)


class MasterKeys:
    """The ring of master keys. The first key wraps; every key of the ring unwraps."""

    def __init__(self, pairs: Sequence[tuple[str, bytes]]) -> None:
        self._ciphers = {key_id: AESGCM(key) for key_id, key in pairs}
        self.active_id = pairs[0][0]

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(self._ciphers)

    def wrap(self, key: DataKey, owner: UUID) -> WrappedKey:
        return self.wrap_bytes(key._raw, owner)  # noqa: SLF001  the one place a raw key leaves

    def unwrap(self, wrapped: WrappedKey, owner: UUID) -> DataKey:
        """Unwrap the data key of an owner. Raise MissingMasterKeyError, or DecryptionError."""
        try:
            return DataKey(self.unwrap_bytes(wrapped, owner))
        except DecryptionError:
            log_security_event(SecurityEvent.BROKEN_SEAL)
            raise

    def wrap_bytes(self, raw: bytes, owner: UUID) -> WrappedKey:
        """Wrap a secret, bound to the id of its row."""
        cipher = self._ciphers[self.active_id]
        return WrappedKey(self.active_id, _seal(cipher, raw, f"key|{owner}|{self.active_id}"))

    def unwrap_bytes(self, wrapped: WrappedKey, owner: UUID) -> bytes:
        """Unwrap a secret. Raise MissingMasterKeyError, or DecryptionError."""
        cipher = self._ciphers.get(wrapped.key_id)
        if cipher is None:
            raise MissingMasterKeyError(wrapped.key_id)
        return _open(cipher, wrapped.key, f"key|{owner}|{wrapped.key_id}")

    def rewrap(self, wrapped: WrappedKey, owner: UUID) -> WrappedKey:
        """Wrap a key again under the active master key. The data it encrypts is not touched."""
        return self.wrap_bytes(self.unwrap_bytes(wrapped, owner), owner)
