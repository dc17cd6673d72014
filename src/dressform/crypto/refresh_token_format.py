"""The format of refresh tokens.

A token is 78 bytes in base64url: the session's id (16), its generation (4, big-endian), the second
in which it was issued (4, big-endian), the session's secret (16), a nonce (6) and an HMAC-SHA-256
over these and the account's id (32). Tokens of earlier versions have 60 bytes: id, generation, a
nonce (8) and the HMAC.
"""

import base64
import hashlib
from dataclasses import dataclass
from typing import Self
from uuid import UUID

TOKEN_PATTERN = r"^[A-Za-z0-9_-]{80}([A-Za-z0-9_-]{24})?$"  # noqa: S105  not a token
MIN_TOKEN_LENGTH, MAX_TOKEN_LENGTH = 80, 104

_SIGNATURE = 32
_FORMER_RAW, _RAW = 60, 78


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """A parsed token. It is unverified until `RefreshTokens.is_genuine`.

    `issued_at`: in seconds; None in a token of an earlier version.
    """

    session_id: UUID
    generation: int
    issued_at: int | None
    secret: bytes
    signed: bytes
    signature: bytes

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Parse a token. Return None for text of another format."""
        try:
            raw = base64.b64decode(text, altchars=b"-_", validate=True)
        except ValueError:
            return None
        if len(raw) not in {_RAW, _FORMER_RAW}:
            return None
        signed, signature = raw[:-_SIGNATURE], raw[-_SIGNATURE:]
        if len(raw) == _FORMER_RAW:
            issued_at, secret = None, hashlib.sha256(raw).digest()[:16]
        else:
            issued_at, secret = int.from_bytes(signed[20:24]), signed[24:40]
        generation = int.from_bytes(signed[16:20])
        return cls(UUID(bytes=signed[:16]), generation, issued_at, secret, signed, signature)

    @property
    def hash(self) -> bytes:
        """Return what a session stores of the token that was used last (SHA-256, 32 bytes)."""
        return hashlib.sha256(self.signed + self.signature).digest()
