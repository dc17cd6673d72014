"""Refresh tokens: signed by a key of the service, so that none has to be kept once it was used.

A token is 60 bytes in base64url: the session's id (16), its generation (4, big-endian), a nonce (8)
and an HMAC-SHA-256 over these and the account's id (32). A session keeps two values alone: the mark
of the generation that may be used next, and the hash of the token that was used last. Both are
keyed or hashed, so that a copy of the database tells neither a token nor how many there were.
"""

import base64
import hashlib
import hmac
import os
from dataclasses import dataclass
from enum import Enum
from typing import Self
from uuid import UUID

TOKEN_LENGTH = 80
"""The length of a token in characters."""
TOKEN_PATTERN = r"^[A-Za-z0-9_-]{80}$"  # noqa: S105  not a token

_SESSION, _SIGNED, _RAW = 16, 28, 60


class Use(Enum):
    """What the use of a genuine token means.

    NEXT: the first use of its generation. REPEATED: the token that was used last comes again and
    none of its successors was used, as when an answer got lost. REPLAYED: any other, so that
    another client has a copy.
    """

    NEXT = "next"
    REPEATED = "repeated"
    REPLAYED = "replayed"


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """A parsed token. It is unverified until `RefreshTokens.is_genuine`."""

    session_id: UUID
    generation: int
    signed: bytes
    signature: bytes

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Parse a token. Return None for text of another format."""
        try:
            raw = base64.b64decode(text, altchars=b"-_", validate=True)
        except ValueError:
            return None
        if len(raw) != _RAW:
            return None
        signed, signature = raw[:_SIGNED], raw[_SIGNED:]
        generation = int.from_bytes(signed[_SESSION : _SESSION + 4])
        return cls(UUID(bytes=signed[:_SESSION]), generation, signed, signature)

    @property
    def hash(self) -> bytes:
        """Return what a session stores of the token that was used last (SHA-256, 32 bytes)."""
        return hashlib.sha256(self.signed + self.signature).digest()


class RefreshTokens:
    """Issues refresh tokens under the first of its keys (32 bytes each), and verifies those of all."""

    def __init__(self, key: bytes, *others: bytes) -> None:
        self._keys = (key, *others)

    def issue(self, session_id: UUID, account_id: UUID, generation: int) -> str:
        """Return a new token of a generation. Two calls never return the same."""
        signed = session_id.bytes + generation.to_bytes(4) + os.urandom(8)
        signature = self._sign(b"token", signed, account_id)
        return base64.urlsafe_b64encode(signed + signature).decode()

    def is_genuine(self, token: RefreshToken, account_id: UUID) -> bool:
        """Return whether the token was issued here for a session of that account."""
        return self._is_signed(b"token", token.signed, account_id, token.signature)

    def mark(self, session_id: UUID, account_id: UUID, generation: int) -> bytes:
        """Return what a session stores of the generation that may be used next (32 bytes)."""
        return self._sign(b"mark", session_id.bytes + generation.to_bytes(4), account_id)

    def classify(
        self, token: RefreshToken, account_id: UUID, *, next_mark: bytes, used_hash: bytes | None
    ) -> Use:
        """Return what the use of a genuine token means, given these two values of its session."""
        if self._is_signed(b"mark", token.signed[: _SESSION + 4], account_id, next_mark):
            return Use.NEXT
        is_last = used_hash is not None and hmac.compare_digest(token.hash, used_hash)
        return Use.REPEATED if is_last else Use.REPLAYED

    def _sign(self, label: bytes, value: bytes, account_id: UUID) -> bytes:
        return _digest(self._keys[0], label, value, account_id)

    def _is_signed(self, label: bytes, value: bytes, account_id: UUID, signature: bytes) -> bool:
        return any(
            hmac.compare_digest(_digest(key, label, value, account_id), signature)
            for key in self._keys
        )


def _digest(key: bytes, label: bytes, value: bytes, account_id: UUID) -> bytes:
    return hmac.digest(key, label + b"\0" + account_id.bytes + value, "sha256")
