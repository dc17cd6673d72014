"""Limits of how often something may be tried, for all processes together.

Attempts are counted in the database, under a keyed hash of what they aim at. An attempt is counted
before it is made, so that many at once are not more than the limit, and given back when it was right.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Annotated

from fastapi import Depends, Request, Response

from dressform.api.rate_limit_headers import RateLimitHeaders
from dressform.api.state import get_state
from dressform.crypto.device_tokens import Device
from dressform.db.errors import DatabaseError
from dressform.errors import DressformError, RateLimited, Unavailable
from dressform.logging.security_events import SecurityEvent, log_security_event
from dressform.repositories.attempt_counts import Attempt, AttemptCounts
from dressform.repositories.rate_limits import (
    ALL_LOGINS,
    DEVICE,
    FORGOT_ON_DEVICE,
    LINK_ON_DEVICE,
    LOGIN,
    PASSWORD,
    Budget,
)

log = logging.getLogger(__name__)

_MAX_GIVE_BACK_SECONDS = 2

_BY_MAIL = "let a link be sent to your e-mail address, by which you sign in without the password"
_WAYS_OUT = {
    LOGIN.name: "Too many logins with this name failed on devices that are not known. Sign in on a "
    f"device where you signed in before, or {_BY_MAIL}.",
    ALL_LOGINS.name: "Too many logins failed on devices that are not known. Sign in on a device "
    f"where you signed in before, or {_BY_MAIL}.",
    PASSWORD.name: f"The password was wrong too often in this session. Sign in again, or {_BY_MAIL}.",
}
_OWN = {DEVICE.name, PASSWORD.name, FORGOT_ON_DEVICE.name, LINK_ON_DEVICE.name}
"""The limits that only the client itself uses up, so that what is left tells nothing of others."""


class RateLimiter:
    """Counts the attempts of one request, and writes the headers of its limits."""

    def __init__(self, request: Request, response: Response) -> None:
        state = get_state(request)
        self._uows = state.uows
        self._failed_logins_per_minute = state.settings.failed_logins_per_minute
        self._headers = RateLimitHeaders(request, response)

    async def take(self, *budgets: Budget) -> Attempt:
        """Count an attempt in each of these budgets. Raise RateLimited when one is full."""
        attempt = await self.try_take(*budgets)
        if (full := attempt.fullest) is not None:
            self._headers.add(full)
            log_security_event(SecurityEvent.RATE_LIMIT_FULL, full.budget.limit.name)
            way_out = _WAYS_OUT.get(full.budget.limit.name, "")
            raise RateLimited(
                f"{way_out} {RateLimited.detail}".lstrip(), retry_after=full.seconds_until_more
            )
        return attempt

    async def try_take(self, *budgets: Budget) -> Attempt:
        """Count an attempt in each of these budgets, or in none of them when one is full."""
        attempt = await AttemptCounts(self._uows.read()).take(*budgets)
        self._headers.add_policies(budget.limit for budget in budgets)
        self._headers.add(*(one for one in attempt.usages if one.budget.limit.name in _OWN))
        return attempt

    async def give_back(self, attempt: Attempt) -> None:
        """Take an attempt back. Without the database it stays counted, which is only logged.

        The answer waits for it, and must not wait a second time for a database that hangs.
        """
        try:
            async with asyncio.timeout(_MAX_GIVE_BACK_SECONDS):
                await AttemptCounts(self._uows.read()).give_back(attempt)
        except (Unavailable, DatabaseError, TimeoutError) as error:
            log.warning("an attempt was not given back: %s", type(error).__name__)
            return
        own = [one for one in attempt.usages if one.budget.limit.name in _OWN]
        self._headers.add(*(replace(one, remaining=one.remaining + 1) for one in own))

    @asynccontextmanager
    async def guard(self, *budgets: Budget, own: Budget | None = None) -> AsyncIterator[bool]:
        """Count the attempt of the block, and give it back when it succeeds or ends with a 503.

        `own` is the budget of a known device: only when it is full do the others count. Yield whether
        it is used. A success gives back nothing else, since others could see that. Raise RateLimited.
        """
        attempt = await self.try_take(own) if own else None
        is_own = attempt is not None and attempt.fullest is None
        if attempt is None or not is_own:
            attempt = await self.take(*budgets)
        try:
            yield is_own
        except Unavailable:
            await self.give_back(attempt)
            raise
        await self.give_back(attempt)

    @asynccontextmanager
    async def guard_login(self, login: str, device: Device | None) -> AsyncIterator[Device | None]:
        """Count a login: in the budget of a known device, else in that of the name and of all names.

        The username and the address of an account have a budget each: with one for both, a stranger
        could learn which address belongs to a username. Yield the device if its budget was not full.
        Raise RateLimited.
        """
        all_logins = replace(ALL_LOGINS, max=self._failed_logins_per_minute)
        own = Budget(DEVICE, device.id.hex()) if device else None
        async with self.guard(Budget(LOGIN, login), Budget(all_logins), own=own) as is_own:
            yield device if is_own else None

    @asynccontextmanager
    async def spend(self, *budgets: Budget) -> AsyncIterator[None]:
        """Count the block, and give it back when it raises an error. Raise RateLimited."""
        attempt = await self.take(*budgets)
        try:
            yield
        except DressformError:
            await self.give_back(attempt)
            raise


async def get_rate_limiter(request: Request, response: Response) -> RateLimiter:
    return RateLimiter(request, response)


RateLimiterDep = Annotated[RateLimiter, Depends(get_rate_limiter)]
