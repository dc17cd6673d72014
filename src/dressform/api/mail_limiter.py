"""Limits of the requests that queue mail: to one mailbox, and of all who are not signed in."""

from datetime import datetime
from uuid import UUID

from dressform.api.rate_limiter import RateLimit, RateLimiter
from dressform.clock import Clock
from dressform.errors import Unavailable
from dressform.mail.mailboxes import mailbox_of

BURST_SECONDS = 5
"""The requests of this time may come at once, after a time with few."""


class MailLimiter:
    """The limit of each mailbox, and a token bucket that all who are not signed in share.

    The bucket looks at no address, neither of mail nor of the network. `per_second`: how many
    requests refill it.
    """

    def __init__(self, rate_limiter: RateLimiter, clock: Clock, *, per_second: int) -> None:
        self._rate_limiter = rate_limiter
        self._clock = clock
        self._per_second = per_second
        self._tokens = float(per_second * BURST_SECONDS)
        self._filled_at: datetime = clock()

    def hit(self, address: str) -> None:
        """Count a request for mail to an address, by a client that is not signed in.

        Raise Unavailable when too many are asked for, and RateLimited when too many to its mailbox.
        A refused request costs nothing.
        """
        self._refill()
        if self._tokens < 1:
            raise Unavailable(retry_after=1)
        self._rate_limiter.hit(RateLimit.MAIL, mailbox_of(address))
        self._tokens -= 1

    def hit_for_member(self, account_id: UUID, address: str) -> None:
        """Count a member's request for mail to a new address. Raise RateLimited."""
        self._rate_limiter.hit(RateLimit.MAIL, mailbox_of(address))
        self._rate_limiter.hit(RateLimit.MAIL, f"new address of {account_id}")

    def _refill(self) -> None:
        now = self._clock()
        seconds = max((now - self._filled_at).total_seconds(), 0)
        self._tokens = min(
            self._tokens + seconds * self._per_second, self._per_second * BURST_SECONDS
        )
        self._filled_at = now
