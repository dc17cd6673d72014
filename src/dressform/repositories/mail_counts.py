"""The numbers of mails: those that wait, by kind, and the outcomes of the last month."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from dressform.db.statements import Statement
from dressform.db.tables import Account, Mail, MailCount
from dressform.db.unit_of_work import UnitOfWork
from dressform.mail.outcomes import MailOutcome
from dressform.repositories.account_statements import AT
from dressform.repositories.expired_rows import is_deletable

KEPT = timedelta(days=30)
"""The time for which the numbers of a day are kept."""


@dataclass(frozen=True, slots=True)
class WaitingMails:
    """The mails of a kind that wait. `failed`: those with a try that failed. `oldest_on`: a day."""

    kind: str
    waiting: int
    failed: int
    oldest_on: date


@dataclass(frozen=True, slots=True)
class OutcomeCount:
    """The number of mails of a kind that had an outcome in the last month, with the same reason."""

    kind: str
    outcome: MailOutcome
    reason: str
    number: int


_ADDED = insert(MailCount).values(
    day=bindparam("day"),
    kind=bindparam("kind"),
    outcome=bindparam("outcome"),
    reason=bindparam("reason"),
    number=1,
)
_ADD = Statement(
    _ADDED.on_conflict_do_update(constraint="pk_mail_count", set_={"number": MailCount.number + 1})
)
_WAITING = Statement(
    select(
        Mail.kind,
        func.count().label("waiting"),
        func.count().filter(Mail.failures > 0).label("failed"),
        func.min(Mail.created_at).label("oldest_at"),
    )
    .where(Mail.expires_at > bindparam("at"))
    .group_by(Mail.kind)
    .order_by(Mail.kind)
)
_OUTCOMES = Statement(
    select(
        MailCount.kind,
        MailCount.outcome,
        MailCount.reason,
        func.sum(MailCount.number).label("number"),
    )
    .where(MailCount.day > bindparam("after"))
    .group_by(MailCount.kind, MailCount.outcome, MailCount.reason)
    .order_by(MailCount.kind, MailCount.outcome, MailCount.reason)
)
_MARKED = Statement(
    select(func.count()).where(
        Account.mail_refused_since.is_not(None), ~is_deletable(Account.expires_at, AT)
    )
)
_DELETE_OLD = Statement(delete(MailCount).where(MailCount.day <= bindparam("until")))


class MailCounts:
    """The numbers of mails. None of them is about a person."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    async def add(self, kind: str, outcome: MailOutcome, reason: str = "") -> None:
        """Count a mail. Each outcome is one row a day, which the couriers of all processes share."""
        await self._uow.connection.execute(
            _ADD,
            {
                "day": self._uow.now.date(),
                "kind": kind,
                "outcome": outcome.value,
                "reason": reason,
            },
        )

    async def list_waiting(self) -> list[WaitingMails]:
        """Return the kinds of which mails wait."""
        rows = await self._uow.connection.execute(_WAITING, {"at": self._uow.now})
        return [
            WaitingMails(row.kind, row.waiting, row.failed, row.oldest_at.date()) for row in rows
        ]

    async def list_outcomes(self) -> list[OutcomeCount]:
        """Return the outcomes of the last month."""
        after = self._uow.now.date() - KEPT
        rows = await self._uow.connection.execute(_OUTCOMES, {"after": after})
        return [
            OutcomeCount(row.kind, MailOutcome(row.outcome), row.reason, int(row.number))
            for row in rows
        ]

    async def count_refusing_accounts(self) -> int:
        """Return the number of accounts whose address takes no mail."""
        return int(await self._uow.connection.scalar(_MARKED, {"at": self._uow.now}) or 0)

    async def delete_old(self) -> int:
        """Delete the numbers of days that are no longer kept. Return how many rows."""
        until = self._uow.now.date() - KEPT
        result = await self._uow.connection.execute(_DELETE_OLD, {"until": until})
        return result.rowcount
