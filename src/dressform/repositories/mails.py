"""The outbox: mails to be delivered."""

import random
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import Any
from uuid import UUID

from dressform.crypto.keyrings import RowEncryption
from dressform.crypto.secrets import random_id
from dressform.db.unit_of_work import UnitOfWork
from dressform.policy.periods import start_of_day, start_of_hour
from dressform.repositories.mail_statements import (
    ADD,
    BY_ID,
    DELETE,
    DELETE_ALL_TO,
    DELETE_POINTLESS,
    LEASE_NEWEST,
    LEASE_OLDEST,
    LIST_KINDS,
    NEWEST_FIRST,
    RETRY_LATER,
)

LEASE = timedelta(minutes=2)
"""How long a worker has to deliver a mail before another may lease it."""


@dataclass(frozen=True, slots=True)
class LeasedMail:
    """A mail that is due and leased, so that no other worker takes it. Not decrypted."""

    id: UUID
    kind: str
    email_index: bytes | None
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
    queued_on: date


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
            ADD,
            {
                "id": mail_id,
                "account_id": owner_id,
                "kind": kind,
                "email_index": self._uow.keyrings.index.hash_email(to) if to else None,
                "created_at": start_of_day(self._uow.now),
                "next_attempt_at": start_of_hour(self._uow.now),
                **self._encryption.seal(
                    {"to": to, "language": language, "about": context}, mail_id
                ),
            },
        )

    async def list_kinds(self) -> list[str]:
        """Return the kinds of the mails in the outbox."""
        return [row.kind for row in await self._uow.connection.execute(LIST_KINDS)]

    async def lease_next(self, kind: str, *, busy: Collection[bytes] = ()) -> LeasedMail | None:
        """Lease the next mail of a kind, but none to a busy address. A crash only delays it.

        Of links to reset a password or to sign in that is the newest, and of the others the oldest. An address for which
        several wait has its second turn after the first of all others.
        """
        statement = LEASE_NEWEST if kind in NEWEST_FIRST else LEASE_OLDEST
        row = await self._uow.connection.fetch_one_or_none(
            statement,
            {
                "kind": kind,
                "busy": list(busy),
                "at": self._uow.now,
                "leased_until": self._uow.now + LEASE,
            },
        )
        return None if row is None else LeasedMail(*row)

    async def delete_pointless(self, *, limit: int) -> int:
        """Delete mails that are due and have nothing to say. Return how many.

        These are links for addresses without an account and without a registration, and links to
        reset a password that a later one replaces. While the index key is rotated none is deleted:
        the hashes of a mail and of its account may be under different keys.
        """
        if self._uow.keyrings.index.is_rotating:
            return 0
        result = await self._uow.connection.execute(
            DELETE_POINTLESS, {"at": self._uow.now, "limit": limit}
        )
        return result.rowcount

    async def get_by_id(self, mail_id: UUID) -> OutboxMail | None:
        """Return a mail, decrypted, or None when it is gone."""
        row = await self._uow.connection.fetch_one_or_none(BY_ID, {"mail_id": mail_id})
        if row is None:
            return None
        payload = self._encryption.open(row)
        return OutboxMail(
            row.id,
            row.kind,
            payload["to"],
            payload["language"],
            context=payload["about"],
            queued_on=row.created_at.astimezone(UTC).date(),
        )

    async def delete(self, mail_id: UUID) -> bool:
        """Delete a mail, which was delivered or is not to be sent. Return False when it is gone."""
        result = await self._uow.connection.execute(DELETE, {"mail_id": mail_id})
        return result.rowcount > 0

    async def delete_all(self, to: str) -> None:
        """Delete all mails to an address."""
        hashes = self._uow.keyrings.index.list_email_hashes(to)
        await self._uow.connection.execute(DELETE_ALL_TO, {"email_hashes": hashes})

    async def retry_later(self, mail: LeasedMail) -> None:
        """Schedule the next attempt: after 30 to 60 seconds, doubling up to four hours.

        Ignore the outcome if another courier has leased the mail since. The delay is random, so that
        `next_attempt_at` does not reveal when the mail was written.
        """
        longest = min(60 * 2 ** (mail.attempts - 1), 14_400)
        wait = timedelta(seconds=random.uniform(longest / 2, longest))  # noqa: S311  no secret
        await self._uow.connection.execute(
            RETRY_LATER,
            {
                "mail_id": mail.id,
                "attempts_known": mail.attempts,
                "next_attempt_at": self._uow.now + wait,
                "failures": mail.attempts,
            },
        )
