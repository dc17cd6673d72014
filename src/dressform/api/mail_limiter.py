"""Limits of the requests that queue mail to one mailbox."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from uuid import UUID

from dressform.api.rate_limiter import RateLimit, RateLimiter
from dressform.mail.mailboxes import mailbox_of


class MailLimiter:
    """Counts requests by mailbox: an address without its tag, and at some providers without dots."""

    def __init__(self, rate_limiter: RateLimiter) -> None:
        self._rate_limiter = rate_limiter

    def hit(self, address: str) -> None:
        """Count a request for mail to an address. Raise RateLimited."""
        self._rate_limiter.hit(RateLimit.MAIL, mailbox_of(address))

    def spend(self, address: str) -> AbstractContextManager[None]:
        """Count a request, and take it back when the body of the block raises an error."""
        return self._rate_limiter.spend(RateLimit.MAIL, mailbox_of(address))

    @contextmanager
    def spend_for_member(self, account_id: UUID, address: str) -> Iterator[None]:
        """Count a member's request for mail to a new address, as `spend` does."""
        key = f"new address of {account_id}"
        with self.spend(address), self._rate_limiter.spend(RateLimit.MAIL, key):
            yield
