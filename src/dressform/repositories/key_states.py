"""The life of a key of the service: published, active, accepted, retired.

Every process reads the keys again each minute (RELOAD_INTERVAL). A new key is published: all processes
know it, and none uses it. PUBLICATION_PERIOD later it is active: new tokens and rows are made with it. Its
predecessor is accepted until the last token that was made with it has expired, and then retired. An
index key is accepted until all rows were rehashed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from dressform.crypto.mail_ids import REPORT_PERIOD
from dressform.crypto.tokens import ACCESS_TOKEN_LIFETIME, MAX_CLOCK_SKEW
from dressform.policy.sign_in_data import DEVICE_TOKEN_PERIOD, SESSION

RELOAD_INTERVAL = timedelta(minutes=1)
PUBLICATION_PERIOD = timedelta(minutes=10)
"""Ten reloads, and twice the time for which caches keep jwks.json."""


class SecretPurpose(StrEnum):
    """The purpose of a key that the service makes."""

    INDEX = "index"
    SIGNING = "signing"
    REFRESH = "refresh"
    JOURNAL = "journal"
    MAIL = "mail"
    LIMITS = "limits"


class KeyState(StrEnum):
    PUBLISHED = "published"
    ACTIVE = "active"
    ACCEPTED = "accepted"
    RETIRED = "retired"


CRYPTOPERIODS = {
    SecretPurpose.INDEX: timedelta(days=730),
    SecretPurpose.SIGNING: timedelta(days=365),
    SecretPurpose.REFRESH: timedelta(days=365),
    SecretPurpose.MAIL: timedelta(days=365),
    SecretPurpose.LIMITS: timedelta(days=365),
}
"""The time for which a key should be active before it is rotated: docs/security/keys.md gives the reasons."""


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key of the service. `active_from`: since when, or from when on, it is used."""

    id: UUID
    purpose: SecretPurpose
    created_at: datetime
    active_from: datetime
    secret: bytes = field(repr=False)


def order_keys(keys: Sequence[StoredKey], now: datetime) -> list[StoredKey]:
    """Return the keys of one purpose that are not retired: the active one, then the others, newest
    first.
    """
    newest_first = sorted(keys, key=lambda key: (key.active_from, key.id), reverse=True)
    # Before the first key is active, as with a clock that was set back, the oldest one is used.
    active = next((key for key in newest_first if key.active_from <= now), newest_first[-1])
    others = [key for key in newest_first if key is not active]
    return [active, *(key for key in others if not is_retired(key, newest_first, now))]


def get_state(key: StoredKey, siblings: Sequence[StoredKey], now: datetime) -> KeyState:
    """Return the state of a key among all keys of its purpose."""
    if order_keys(siblings, now)[0] == key:
        return KeyState.ACTIVE
    if key.active_from > now:
        return KeyState.PUBLISHED
    return KeyState.RETIRED if is_retired(key, siblings, now) else KeyState.ACCEPTED


def is_retired(key: StoredKey, siblings: Sequence[StoredKey], now: datetime) -> bool:
    """Return whether nothing that was made with a key is valid any longer."""
    end = get_end(key, siblings)
    return end is not None and end <= now


def get_end(key: StoredKey, siblings: Sequence[StoredKey]) -> datetime | None:
    """Return when a key retires. Return None while it has no successor, and for an index key."""
    later = [one.active_from for one in siblings if one.active_from > key.active_from]
    if not later:
        return None
    # A process may use the predecessor until its next reload.
    last_use = min(later) + RELOAD_INTERVAL
    match key.purpose:
        case SecretPurpose.SIGNING:
            return last_use + ACCESS_TOKEN_LIFETIME + MAX_CLOCK_SKEW
        case SecretPurpose.REFRESH:
            return SESSION.period.expires_at(last_use)
        case SecretPurpose.MAIL:
            return last_use + REPORT_PERIOD
        case SecretPurpose.LIMITS:
            return DEVICE_TOKEN_PERIOD.expires_at(last_use)
        case _:
            return None
