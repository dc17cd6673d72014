"""The outbox: mails to be delivered."""

import random
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, select, update

from dressform.crypto.keyrings import RowEncryption
from dressform.crypto.secrets import random_id
from dressform.db.statements import Statement
from dressform.db.tables import Mail
from dressform.db.unit_of_work import UnitOfWork
from dressform.policy.periods import start_of_day, start_of_hour

LEASE = timedelta(minutes=2)
"""How long a worker has to deliver a mail before another may lease it."""


@dataclass(frozen=True, slots=True)
class LeasedMail:
    """A mail that is due and leased, so that no other worker takes it. Not decrypted."""

    id: UUID
    kind: str
    attempts: int
    failures: int

    @property
    def was_interrupted(self) -> bool:
        """Return whether an earlier attempt may have delivered it: it has no known outcome."""
        return self.attempts - 1 > self.failures


@dataclass(frozen=True, slots=True)
class OutboxMail:
    """A decrypted mail to be delivered. `context` is what its kind needs."""

    id: UUID
    kind: str
    to: str
    language: str
    context: dict[str, Any]


_HAS_ID = Mail.id == bindparam("mail_id")
_ADD = Statement(
    insert(Mail).values(attempts=0, failures=0),
    "id",
    "account_id",
    "kind",
    "created_at",
    "next_attempt_at",
    "attempts",
    "failures",
    "key_id",
    "wrapped_key",
    "sealed",
)
_DUE = (
    select(Mail.id)
    .where(Mail.next_attempt_at <= bindparam("at"), Mail.expires_at > bindparam("at"))
    .order_by(Mail.next_attempt_at, Mail.number)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_LEASE_NEXT = Statement(
    update(Mail)
    .where(Mail.id == _DUE.scalar_subquery())
    .values(next_attempt_at=bindparam("leased_until"), attempts=Mail.attempts + 1)
    .returning(Mail.id, Mail.kind, Mail.attempts, Mail.failures)
)
_BY_ID = Statement(
    select(Mail.id, Mail.kind, Mail.key_id, Mail.wrapped_key, Mail.sealed).where(_HAS_ID)
)
_DELETE = Statement(delete(Mail).where(_HAS_ID))
_RETRY_LATER = Statement(update(Mail).where(_HAS_ID), "next_attempt_at", "failures")


class Mails:
    """The outbox."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._encryption = RowEncryption(uow.keyrings, "mail")

    async def add(
        self, kind: str, *, to: str, language: str, owner_id: UUID | None = None, **context: Any
    ) -> None:
        """Add a mail, which is deleted with the account `owner_id` if it is still there."""
        mail_id = random_id()
        await self._uow.connection.execute(
            _ADD,
            {
                "id": mail_id,
                "account_id": owner_id,
                "kind": kind,
                "created_at": start_of_day(self._uow.now),
                "next_attempt_at": start_of_hour(self._uow.now),
                **self._encryption.seal(
                    {"to": to, "language": language, "about": context}, mail_id
                ),
            },
        )

    async def lease_next(self) -> LeasedMail | None:
        """Lease the mail that has been due for longest. A crash only delays it."""
        taken = await self._uow.connection.execute(
            _LEASE_NEXT, {"at": self._uow.now, "leased_until": self._uow.now + LEASE}
        )
        row = taken.one_or_none()
        return None if row is None else LeasedMail(*row)

    async def get_by_id(self, mail_id: UUID) -> OutboxMail | None:
        """Return a mail, decrypted, or None when it is gone."""
        row = await self._uow.connection.fetch_one_or_none(_BY_ID, {"mail_id": mail_id})
        if row is None:
            return None
        payload = self._encryption.open(row)
        return OutboxMail(
            row.id, row.kind, payload["to"], payload["language"], context=payload["about"]
        )

    async def delete(self, mail_id: UUID) -> None:
        """Delete a mail, which was delivered or is not to be sent."""
        await self._uow.connection.execute(_DELETE, {"mail_id": mail_id})

    async def retry_later(self, mail: LeasedMail) -> None:
        """Schedule the next attempt: after 30 to 60 seconds, doubling up to four hours.

        The delay is random, so that `next_attempt_at` does not reveal when the mail was written.
        """
        longest = min(60 * 2 ** (mail.attempts - 1), 14_400)
        wait = timedelta(seconds=random.uniform(longest / 2, longest))  # noqa: S311  no secret
        await self._uow.connection.execute(
            _RETRY_LATER,
            {
                "mail_id": mail.id,
                "next_attempt_at": self._uow.now + wait,
                "failures": mail.attempts,
            },
        )
