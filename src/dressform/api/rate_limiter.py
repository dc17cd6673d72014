"""How often something may be tried: by what is aimed at, never by who asks.

A visitor's address serves diagnosis alone, so no limit looks at it. What is counted is a keyed
hash of the login, address or account aimed at, in this process's memory.
"""

import math
from collections import OrderedDict, deque
from datetime import datetime, timedelta
from enum import Enum

from dressform.clock import Clock
from dressform.crypto.secrets import KeyedIndex
from dressform.errors import RateLimited

MOST_TARGETS = 100_000
"""Counted at once of a kind, in some 50 MB: whoever aims at more of them must not fill memory."""


class Limit(Enum):
    """What is limited: how often, in how long."""

    PASSWORD = (10, timedelta(minutes=15))
    MAIL = (5, timedelta(hours=1))


class RateLimiter:
    """Moving windows. Each limit keeps its targets in the order of their latest attempt."""

    def __init__(self, index: KeyedIndex, clock: Clock) -> None:
        self._index = index
        self._clock = clock
        self._spent: dict[Limit, OrderedDict[bytes, deque[datetime]]] = {
            limit: OrderedDict() for limit in Limit
        }

    def spend(self, limit: Limit, target: str) -> None:
        """Count one attempt at `target`. Raises TooManyAttempts."""
        times, window = limit.value
        at, key, spent = self._clock(), self._index.hash_email(target), self._spent[limit]
        self._forget(spent, before=at - window)
        tried = spent.setdefault(key, deque())
        while tried and tried[0] <= at - window:
            tried.popleft()
        if len(tried) >= times:
            wait = tried[0] + window - at
            raise RateLimited(retry_after=math.ceil(wait.total_seconds()))
        tried.append(at)
        spent.move_to_end(key)

    def allows(self, limit: Limit, target: str) -> bool:
        """Count one attempt at `target`, unless there were too many."""
        try:
            self.spend(limit, target)
        except RateLimited:
            return False
        return True

    def forgive(self, limit: Limit, target: str) -> None:
        """It was right: what was spent on `target` no longer counts."""
        self._spent[limit].pop(self._index.hash_email(target), None)

    def targets(self, limit: Limit) -> int:
        """How many are remembered."""
        return len(self._spent[limit])

    def _forget(self, spent: OrderedDict[bytes, deque[datetime]], *, before: datetime) -> None:
        """The targets whose attempts are all too old to count, and the oldest of too many."""
        while spent:
            latest = next(iter(spent.values()))[-1]
            if latest > before and len(spent) < MOST_TARGETS:
                return
            spent.popitem(last=False)
