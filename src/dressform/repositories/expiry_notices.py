"""The notices of accounts that are about to expire."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import Select, or_, select, update

from dressform.crypto.secrets import token_hash
from dressform.db.statements import is_any_of
from dressform.db.tables import Account
from dressform.db.unit_of_work import UnitOfWork
from dressform.policy.periods import start_of_day
from dressform.repositories.account_statements import NOTICES_RESET
from dressform.repositories.expired_rows import MAX_GRACE_PERIOD, MIN_NOTICE, is_deletable

NOTICE_DAYS = (30, 7, 1)
LATE_NOTICE_DAYS = (0, -7, -14, -21)
"""Days after the expiry, if no notice was delivered in time. An undeliverable mail is kept a week."""

RESTRICTED_NOTICE_DAYS = (730, 365)
"""Days before the expiry of a restricted account: after its first 12 months, and a year later."""

_DELIVERED_WITHIN = timedelta(days=8)
"""A mail is kept for 7 days from the day on which it was queued."""

_STEPS = sorted(NOTICE_DAYS + LATE_NOTICE_DAYS)


@dataclass(frozen=True, slots=True)
class ExpiryNotice:
    """An account, and the expiry that a notice announces: a login sets another one."""

    account_id: UUID
    expires_at: datetime


class ExpiryNotices:
    """The expiry notices of accounts: which are queued, and which were delivered."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    async def queue_due(self, *, limit: int) -> list[ExpiryNotice]:
        """Mark the notices that are due as queued, each once. Return them."""
        lower = -MAX_GRACE_PERIOD
        found: list[ExpiryNotice] = []
        for days in _STEPS:
            found += await self._queue_step(days, lower, limit - len(found))
            lower = timedelta(days=days)
        return found

    async def queue_due_restricted(self, *, limit: int) -> list[ExpiryNotice]:
        """Mark the due questions to owners of restricted accounts as queued. Return them."""
        lower = timedelta(days=max(NOTICE_DAYS))
        found: list[ExpiryNotice] = []
        for days in sorted(RESTRICTED_NOTICE_DAYS):
            due = self._select_due(days, lower, limit - len(found))
            found += await self._mark_queued(days, due.where(Account.restricted_at.is_not(None)))
            lower = timedelta(days=days)
        return found

    async def mark_delivered(self, warned: ExpiryNotice) -> None:
        """Record that a notice of this expiry was handed to a mail server."""
        await self._uow.connection.execute(
            update(Account)
            .where(Account.id == warned.account_id, Account.expires_at == warned.expires_at)
            .where(Account.warned_at.is_(None))
            .values(warned_at=self._uow.now)
        )

    async def take_back(self, address: str, queued_on: date) -> bool:
        """Record that a notice came back: an account that was warned by it is not warned any more.

        Return False when it was warned by another one. The notices of an account are queued at least
        6 days apart, and each waits for at most 7 days.
        """
        first = datetime.combine(queued_on, time(), UTC)
        result = await self._uow.connection.execute(
            update(Account)
            .where(
                is_any_of(Account.email_index, self._uow.keyrings.index.list_email_hashes(address))
            )
            .where(Account.warned_at >= first, Account.warned_at < first + _DELIVERED_WITHIN)
            .values(warned_at=None)
        )
        return result.rowcount > 0

    async def set_reactivation_token(self, account_id: UUID, token: str) -> None:
        """Set the token that reactivates the account. It replaces an earlier one."""
        await self._uow.connection.execute(
            update(Account)
            .where(Account.id == account_id)
            .values(reactivation_token_hash=token_hash(token))
        )

    async def reactivate(self, token: str) -> UUID | None:
        """Reactivate the account of a token, as a login does. Return None for an invalid token."""
        reopened: UUID | None = await self._uow.connection.scalar(
            update(Account)
            .where(Account.reactivation_token_hash == token_hash(token))
            .where(~is_deletable(Account.expires_at, self._uow.now))
            .values(last_login_at=start_of_day(self._uow.now), **NOTICES_RESET)
            .returning(Account.id)
        )
        return reopened

    async def _queue_step(self, days: int, lower: timedelta, limit: int) -> list[ExpiryNotice]:
        """Mark the notices of accounts that expire within `days`, but not within `lower`."""
        due = self._select_due(days, lower, limit)
        if days == 0:
            late = Account.warned_at > Account.expires_at - MIN_NOTICE
            due = due.where(or_(Account.warned_at.is_(None), late))
        elif days < 0:
            due = due.where(Account.warned_at.is_(None))
        return await self._mark_queued(days, due)

    def _select_due(self, days: int, lower: timedelta, limit: int) -> Select[UUID]:
        """Select accounts that expire within `days`, but not within `lower`, without this
        notice.
        """
        at = self._uow.now
        return (
            select(Account.id)
            .where(Account.expires_at <= at + timedelta(days=days), Account.expires_at > at + lower)
            .where(or_(Account.last_notice_days.is_(None), Account.last_notice_days > days))
            .order_by(Account.expires_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )

    async def _mark_queued(self, days: int, due: Select[UUID]) -> list[ExpiryNotice]:
        """Record that the notice of `days` is queued, so that it is queued once."""
        chosen = due.cte("chosen")
        written = await self._uow.connection.execute(
            update(Account)
            .where(Account.id.in_(select(chosen.c.id)))
            .values(last_notice_days=days)
            .returning(Account.id, Account.expires_at)
        )
        return [ExpiryNotice(*row) for row in written]
