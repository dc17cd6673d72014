"""Ids of sent mails, which only the service can make: a report about a mail is accepted by its id.

An id is 30 bytes in base32: the id of the mail in the outbox (16), the day on which it was queued (2,
big-endian, days since 1970) and an HMAC-SHA-256 over these, its kind and its recipient, cut to 96 bits
(12). So nothing has to be kept of a mail that was handed over, and an id says nothing about an account.
Base32, because a mail server may change the case of an address.
"""

import base64
import hmac
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

MAIL_ID_LENGTH = 48
"""The length of an id in characters."""
REPORT_PERIOD = timedelta(days=21)
"""The time after a mail was queued in which a report about it counts: 7 days in the outbox, and two weeks."""

_MAIL, _SIGNED, _RAW = 16, 18, 30
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class SentMail:
    """A mail that the service sent. `queued_on` is the day on which it was queued."""

    id: UUID
    queued_on: date
    kind: str
    address: str


class MailIds:
    """Issues ids under the first of its keys (32 bytes each), and verifies those of all."""

    def __init__(self, key: bytes, *others: bytes) -> None:
        self._keys = (key, *others)

    def issue(self, mail: SentMail) -> str:
        """Return the id of a mail. Two tries of the same mail have the same."""
        signed = mail.id.bytes + (mail.queued_on - _EPOCH).days.to_bytes(2)
        raw = signed + _sign(self._keys[0], signed, mail.kind, mail.address)
        return base64.b32encode(raw).decode().lower()

    def verify(
        self, text: str, *, kinds: Iterable[str], addresses: Sequence[str], at: datetime
    ) -> SentMail | None:
        """Return the mail with this id, if it is of one of the kinds and was sent to one of the
        addresses.
        """
        raw = _decode(text)
        if raw is None:
            return None
        signed, signature = raw[:_SIGNED], raw[_SIGNED:]
        queued_on = _EPOCH + timedelta(days=int.from_bytes(signed[_MAIL:]))
        age = at.astimezone(UTC).date() - queued_on
        if not timedelta(0) <= age <= REPORT_PERIOD:
            return None
        for kind in kinds:
            for address in addresses:
                if self._is_signed(signed, kind, address, signature):
                    return SentMail(UUID(bytes=signed[:_MAIL]), queued_on, kind, address)
        return None

    def _is_signed(self, signed: bytes, kind: str, address: str, signature: bytes) -> bool:
        return any(
            hmac.compare_digest(_sign(key, signed, kind, address), signature) for key in self._keys
        )


def _decode(text: str) -> bytes | None:
    try:
        raw = base64.b32decode(text, casefold=True)
    except ValueError:
        return None
    return raw if len(raw) == _RAW else None


def _sign(key: bytes, signed: bytes, kind: str, address: str) -> bytes:
    folded = unicodedata.normalize("NFKC", address).casefold()
    value = b"mail\0" + signed + f"{kind}\0{folded}".encode(errors="replace")
    return hmac.digest(key, value, "sha256")[: _RAW - _SIGNED]
