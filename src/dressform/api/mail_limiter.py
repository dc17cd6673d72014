"""Limits of the requests that queue mail to one mailbox."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Annotated

from fastapi import Depends

from dressform.api.devices import DevicesDep
from dressform.api.rate_limiter import RateLimiter, RateLimiterDep
from dressform.errors import DressformError
from dressform.logging.security_events import SecurityEvent, log_security_event
from dressform.repositories.owners import Member
from dressform.repositories.rate_limits import (
    FORGOT,
    FORGOT_ON_DEVICE,
    LINK,
    LINK_ON_DEVICE,
    NEW_ADDRESS,
    REGISTER,
    RESEND,
    Budget,
    RateLimit,
)


class MailLimiter:
    """Counts requests by mailbox: an address without its tag, and at some providers without dots.

    Each kind of request has a budget of its own, so that none can use up that of another.
    """

    def __init__(self, rate_limiter: RateLimiter, devices: DevicesDep) -> None:
        self._rate_limiter = rate_limiter
        self._devices = devices

    def count_forgot(
        self, address: str, device_token: str | None
    ) -> AbstractAsyncContextManager[bool]:
        """Count a request for a new password. Yield whether a mail may be sent."""
        return self._count_on_device(address, device_token, FORGOT, FORGOT_ON_DEVICE)

    def count_link(
        self, address: str, device_token: str | None
    ) -> AbstractAsyncContextManager[bool]:
        """Count a request for a link to sign in. Yield whether a mail may be sent."""
        return self._count_on_device(address, device_token, LINK, LINK_ON_DEVICE)

    def count_resend(self, address: str) -> AbstractAsyncContextManager[bool]:
        """Count a request for the link of a registration. Yield whether a mail may be sent."""
        return self._count(Budget.of_mailbox(RESEND, address))

    def spend_registration(self, address: str) -> AbstractAsyncContextManager[None]:
        """Count a registration, and give it back when the block fails. Raise RateLimited."""
        return self._rate_limiter.spend(Budget.of_mailbox(REGISTER, address))

    def spend_new_address(self, member: Member, address: str) -> AbstractAsyncContextManager[None]:
        """Count a member's new address, and give it back when the block fails. Raise RateLimited."""
        return self._rate_limiter.spend(
            Budget.of_mailbox(NEW_ADDRESS, address), Budget(NEW_ADDRESS, str(member.account_id))
        )

    @asynccontextmanager
    async def _count_on_device(
        self, address: str, device_token: str | None, shared: RateLimit, of_device: RateLimit
    ) -> AsyncIterator[bool]:
        """Count in the budget of a known device, else in that of the mailbox."""
        device = await self._devices.recognise(address, device_token)
        budget = (
            Budget(of_device, device.id.hex()) if device else Budget.of_mailbox(shared, address)
        )
        async with self._count(budget) as may_mail:
            yield may_mail

    @asynccontextmanager
    async def _count(self, budget: Budget) -> AsyncIterator[bool]:
        """Count the block, and give it back when it raises an error.

        Yield False, instead of refusing, when the budget is full: the link that was mailed last
        still works, and the answer tells nothing of the requests of others.
        """
        attempt = await self._rate_limiter.try_take(budget)
        if attempt.fullest:
            log_security_event(SecurityEvent.RATE_LIMIT_FULL, budget.limit.name)
        try:
            yield attempt.fullest is None
        except DressformError:
            if attempt.fullest is None:
                await self._rate_limiter.give_back(attempt)
            raise


async def get_mail_limiter(rate_limiter: RateLimiterDep, devices: DevicesDep) -> MailLimiter:
    return MailLimiter(rate_limiter, devices)


MailLimiterDep = Annotated[MailLimiter, Depends(get_mail_limiter)]
