"""How often something may be tried: by what is aimed at, never by who asks.

A visitor's address serves diagnosis alone, so no limit looks at it. What is counted is a keyed
hash of the login, address or account aimed at, in this process's memory.
"""

import time
from enum import Enum

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from dressform.crypto.secrets import KeyedIndex
from dressform.errors import TooManyAttempts


class Limit(Enum):
    """What is limited, and how often in how long."""

    PASSWORD = RateLimitItemPerMinute(10, 15, namespace="password")
    MAIL = RateLimitItemPerHour(5, 1, namespace="mail")

    @property
    def item(self) -> RateLimitItem:
        item: RateLimitItem = self.value
        return item


class Attempts:
    def __init__(self, index: KeyedIndex) -> None:
        self._index = index
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    async def spend(self, limit: Limit, target: str) -> None:
        """Count one attempt at `target`. Raises TooManyAttempts."""
        key = self._key(target)
        if not await self._limiter.hit(limit.item, key):
            reset = (await self._limiter.get_window_stats(limit.item, key)).reset_time
            raise TooManyAttempts(retry_after=max(1, round(reset - time.time())))

    async def forgive(self, limit: Limit, target: str) -> None:
        """It was right: what was spent on `target` no longer counts."""
        await self._limiter.clear(limit.item, self._key(target))

    def _key(self, target: str) -> str:
        return self._index.email(target).hex()
