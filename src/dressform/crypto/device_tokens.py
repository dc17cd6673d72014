"""Device tokens: by them a device is known again on which an account was signed in before.

A token is 50 bytes in base64url: a random id of the device (16), the month of issue (2, big-endian,
counted from the year 0) and an HMAC-SHA-256 over both and the id of the account (32). Nothing in it
names the account, and nothing of it is stored.
"""

import base64
import hmac
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

TOKEN_LENGTH = 67
"""The length of a token in characters."""
TOKEN_PATTERN = r"^[A-Za-z0-9_-]{67}$"  # noqa: S105  not a token

_DEVICE, _SIGNED, _RAW = 16, 18, 50


@dataclass(frozen=True, slots=True)
class Device:
    """A device that is known, and the beginning of the month in which its token was issued."""

    id: bytes
    month: datetime


class DeviceTokens:
    """Issues device tokens under the first of its keys (32 bytes each), and verifies those of all."""

    def __init__(self, key: bytes, *others: bytes) -> None:
        self._keys = tuple(hmac.digest(each, b"device tokens", "sha256") for each in (key, *others))

    def issue(self, account_id: UUID, device_id: bytes, *, at: datetime) -> str:
        """Return a token by which the device is known when it signs in to the account."""
        months = at.year * 12 + at.month - 1
        signed = device_id + months.to_bytes(2)
        signature = _digest(self._keys[0], signed, account_id)
        return base64.urlsafe_b64encode(signed + signature).decode().rstrip("=")

    def verify(self, text: str, account_id: UUID) -> Device | None:
        """Return the device of a token that was issued here for the account, else None."""
        try:
            raw = base64.b64decode(f"{text}=", altchars=b"-_", validate=True)
        except ValueError:
            return None
        signed, signature = raw[:_SIGNED], raw[_SIGNED:]
        if len(raw) != _RAW or not any(
            hmac.compare_digest(_digest(key, signed, account_id), signature) for key in self._keys
        ):
            return None
        year, month = divmod(int.from_bytes(signed[_DEVICE:]), 12)
        return Device(signed[:_DEVICE], datetime(year, month + 1, 1, tzinfo=UTC))


def new_device_id() -> bytes:
    """Return 128 random bits."""
    return os.urandom(_DEVICE)


def _digest(key: bytes, signed: bytes, account_id: UUID) -> bytes:
    return hmac.digest(key, account_id.bytes + signed, "sha256")
