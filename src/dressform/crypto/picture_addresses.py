"""Addresses by which a picture can be read for a few minutes without an access token."""

import base64
import binascii
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from uuid import UUID

from dressform.crypto.sealing import DecryptionError, TokenCipher

LIFETIME = timedelta(minutes=5)

_PURPOSE = "picture-address"
_LAYOUT = struct.Struct(">BQQ16s16s16s")


class PictureKind(IntEnum):
    """The kinds of pictures. A restriction hides that of a profile from others, and not the own one."""

    OWN = 1
    PROFILE = 2
    AVATAR = 3


@dataclass(frozen=True, slots=True)
class PictureAddress:
    """One version of one picture, which one viewer may have read until a time.

    `row_id`: the account of a profile picture, the model of an avatar.
    """

    kind: PictureKind
    viewer_id: UUID
    account_id: UUID
    row_id: UUID
    version: int
    expires_at: datetime

    def seal(self, key: bytes) -> str:
        """Return the token of the address. It is encrypted, so it shows no id."""
        ids = (self.viewer_id.bytes, self.account_id.bytes, self.row_id.bytes)
        expires_at = int(self.expires_at.timestamp())
        plain = _LAYOUT.pack(self.kind, self.version, expires_at, *ids)
        sealed = TokenCipher(key).seal(plain, _PURPOSE)
        return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()

    @classmethod
    def open(cls, token: str, key: bytes, *, at: datetime) -> "PictureAddress | None":
        """Return the address of a token; None if the service did not make it, or it has expired."""
        try:
            sealed = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
            plain = TokenCipher(key).open(sealed, _PURPOSE)
        except (DecryptionError, binascii.Error, ValueError):
            return None
        kind, version, seconds, *ids = _LAYOUT.unpack(plain)
        viewer, account, row = (UUID(bytes=each) for each in ids)
        expires_at = datetime.fromtimestamp(seconds, UTC)
        if expires_at <= at:
            return None
        return cls(PictureKind(kind), viewer, account, row, version, expires_at)
