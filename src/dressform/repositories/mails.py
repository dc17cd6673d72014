from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, update

from dressform.crypto.secrets import new_id
from dressform.crypto.vault import Keyed
from dressform.database import Unit
from dressform.repositories.accounts import Owner
from dressform.tables import Mail

LEASE = timedelta(minutes=2)
"""How long a courier has for a mail before another may take it."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to be delivered. `about` is what its kind needs to know."""

    id: UUID
    kind: str
    attempts: int
    to: str
    language: str
    about: dict[str, Any]


class Mails:
    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._keyed = Keyed(unit.vault, "mail")

    async def add(
        self, kind: str, *, to: str, language: str, owner: Owner | None = None, **about: Any
    ) -> None:
        """With an owner, the mail ends when the account does."""
        mail_id = new_id()
        await self._unit.connection.execute(
            insert(Mail).values(
                id=mail_id,
                account_id=owner.account_id if owner else None,
                kind=kind,
                created_at=self._unit.at,
                due_at=self._unit.at,
                attempts=0,
                **self._keyed.seal({"to": to, "language": language, "about": about}, mail_id),
            )
        )

    async def take(self, limit: int = 20) -> list[Letter]:
        """Due mails, leased: nobody else takes them for a while, and a crash only delays them."""
        due = (
            select(Mail.id)
            .where(Mail.due_at <= self._unit.at, Mail.ends_at > self._unit.at)
            .order_by(Mail.due_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        taken = await self._unit.connection.execute(
            update(Mail)
            .where(Mail.id.in_(due))
            .values(due_at=self._unit.at + LEASE, attempts=Mail.attempts + 1)
            .returning(
                Mail.id, Mail.kind, Mail.attempts, Mail.key_id, Mail.wrapped_key, Mail.sealed
            )
        )
        return [
            Letter(id=row.id, kind=row.kind, attempts=row.attempts, **self._keyed.open(row))
            for row in taken
        ]

    async def delivered(self, mail_id: UUID) -> None:
        await self._unit.connection.execute(delete(Mail).where(Mail.id == mail_id))

    async def postpone(self, letter: Letter) -> None:
        """Doubling from half a minute to two hours."""
        wait = timedelta(seconds=min(30 * 2 ** (letter.attempts - 1), 7200))
        await self._unit.connection.execute(
            update(Mail).where(Mail.id == letter.id).values(due_at=self._unit.at + wait)
        )
