"""Limits of how often something may be tried, counted by its target and never by the client.

The visitor's address serves diagnosis alone, so no limit uses it. The key of a count is a keyed hash
of the login, e-mail address or account that is aimed at, in this process's memory.
"""

import math
from collections import OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from enum import Enum

from dressform.clock import Clock
from dressform.crypto.secrets import KeyedIndex, new_key
from dressform.errors import DressformError, RateLimited
from dressform.logging.security_events import SecurityEvent, log_security_event

MAX_KEYS = 100_000
"""The keys of one limit that are counted at a time, in some 50 MB: a flood must not fill memory."""


class RateLimit(Enum):
    """What is limited, as a number of attempts and the sliding window in which they count."""

    PASSWORD = (10, timedelta(minutes=15))
    MAIL = (5, timedelta(hours=1))
    RESET = (20, timedelta(minutes=15))


class RateLimiter:
    """Sliding windows. Each limit keeps its keys in the order of their latest attempt."""

    def __init__(self, clock: Clock) -> None:
        self._index = KeyedIndex(new_key())
        self._clock = clock
        self._hits: dict[RateLimit, OrderedDict[bytes, deque[datetime]]] = {
            limit: OrderedDict() for limit in RateLimit
        }

    def hit(self, limit: RateLimit, key: str) -> None:
        """Count one attempt. Raise RateLimited when there were too many in the window."""
        max_hits, window = limit.value
        now, hashed, hits = self._clock(), self._index.hash_email(key), self._hits[limit]
        self._evict(hits, before=now - window)
        times = hits.setdefault(hashed, deque())
        while times and times[0] <= now - window:
            times.popleft()
        if len(times) >= max_hits:
            wait = times[0] + window - now
            log_security_event(SecurityEvent.RATE_LIMIT_FULL, limit.name.lower())
            raise RateLimited(retry_after=math.ceil(wait.total_seconds()))
        times.append(now)
        hits.move_to_end(hashed)

    def try_hit(self, limit: RateLimit, key: str) -> bool:
        """Count one attempt, and return whether it is allowed."""
        try:
            self.hit(limit, key)
        except RateLimited:
            return False
        return True

    def clear(self, limit: RateLimit, key: str) -> None:
        """Remove the attempts at this key from the count."""
        self._hits[limit].pop(self._index.hash_email(key), None)

    @contextmanager
    def guard(self, limit: RateLimit, key: str) -> Iterator[None]:
        """Count one attempt, and clear the count when the body ends without an error."""
        self.hit(limit, key)
        yield
        self.clear(limit, key)

    @contextmanager
    def spend(self, limit: RateLimit, key: str) -> Iterator[None]:
        """Count one attempt, and take it back when the body raises an error."""
        self.hit(limit, key)
        try:
            yield
        except DressformError:
            times = self._hits[limit].get(self._index.hash_email(key))
            if times:
                times.pop()
            if not times:
                self.clear(limit, key)
            raise

    def size(self, limit: RateLimit) -> int:
        """Return the number of keys that are counted."""
        return len(self._hits[limit])

    def _evict(self, hits: OrderedDict[bytes, deque[datetime]], *, before: datetime) -> None:
        """Remove the keys whose attempts are all too old to count, and the oldest of too many."""
        while hits:
            latest = next(iter(hits.values()))[-1]
            if latest > before and len(hits) < MAX_KEYS:
                return
            hits.popitem(last=False)
