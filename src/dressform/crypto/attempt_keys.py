"""The keyed hashes under which attempts are counted. Their key changes each day."""

import hmac
import unicodedata
from datetime import datetime
from functools import lru_cache
from uuid import UUID


class AttemptKeys:
    """Hashes what is counted. All processes derive the same key of a day from the stored key."""

    def __init__(self, key: bytes) -> None:
        self._day_key = lru_cache(maxsize=4)(lambda day: _digest(key, "day", day))

    def hash_target(self, limit: str, window: datetime, target: str) -> UUID:
        """Return the id of the count of a target in the window that begins at a time in UTC.

        A window never crosses midnight, so each has one key: that of its own day.
        """
        folded = unicodedata.normalize("NFKC", target).casefold()
        key = self._day_key(f"{window:%Y-%m-%d}")
        return UUID(bytes=_digest(key, limit, f"{window:%H:%M}\0{folded}")[:16], version=4)


def _digest(key: bytes, label: str, value: str) -> bytes:
    return hmac.digest(key, f"{label}\0{value}".encode(), "sha256")
