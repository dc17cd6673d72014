"""Limits of all requests of an account, and of requests without an account, in this process."""

import math
import time
from collections.abc import Awaitable, Callable, Hashable

from fastapi import Request

from dressform.errors import RateLimited, Unavailable
from dressform.logging.security_events import SecurityEvent, log_security_event

_MAX_KEYS = 100_000


class RequestLimiter:
    """Token buckets, one for each key.

    A bucket is kept as the time at which it will be full again (the generic cell rate algorithm).
    """

    def __init__(self, *, per_second: float, burst: float) -> None:
        self._interval = 1 / per_second
        self._tolerance = max(burst - 1, 0) * self._interval
        self._full_at: dict[Hashable, float] = {}

    def spend(self, key: Hashable) -> int:
        """Take a token of this key and return 0, or return the seconds until there is one."""
        now = time.monotonic()
        full_at = max(self._full_at.get(key, now), now)
        wait = full_at - self._tolerance - now
        if wait > 0:
            return math.ceil(wait)
        if len(self._full_at) >= _MAX_KEYS:
            self._full_at = {each: at for each, at in self._full_at.items() if at > now}
        self._full_at[key] = full_at + self._interval
        return 0


class MemberLimiter(RequestLimiter):
    """The limit of a signed-in member's requests, of which a third may come at once."""

    def __init__(self, per_minute: int) -> None:
        super().__init__(per_second=per_minute / 60, burst=per_minute / 3)
        self._per_minute = per_minute

    def check(self, account_id: Hashable) -> None:
        """Count a request. Raise RateLimited."""
        if wait := self.spend(account_id):
            log_security_event(SecurityEvent.RATE_LIMIT_FULL, "member")
            headers = {
                "RateLimit-Policy": f'"member";q={self._per_minute};w=60',
                "RateLimit": f'"member";r=0;t={wait}',
            }
            raise RateLimited(retry_after=wait, headers=headers)


class PublicLimiter:
    """The limit of requests that need no account and compute something, for all clients together.

    A check of measurements takes a few milliseconds at most, so there may be four times as many.
    """

    def __init__(self, per_second: int) -> None:
        self._limiter = RequestLimiter(per_second=per_second, burst=2 * per_second)
        self._limiter_of_checks = RequestLimiter(per_second=4 * per_second, burst=8 * per_second)

    def check(self, group: str) -> None:
        """Count a request. Raise Unavailable."""
        limiter = self._limiter_of_checks if group == "check" else self._limiter
        if wait := limiter.spend(group):
            raise Unavailable(
                reason=f"too many requests without an account ({group})", retry_after=wait
            )


def limit_public(group: str) -> Callable[[Request], Awaitable[None]]:
    """Return a dependency that counts a request of this group, before its body is validated."""

    async def count_request(request: Request) -> None:
        request.app.state.dressform.public_limiter.check(group)

    return count_request
