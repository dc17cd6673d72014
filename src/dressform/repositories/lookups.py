from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, select

from dressform.crypto.keyrings import RowEncryption
from dressform.crypto.secrets import timed_id
from dressform.db.statements import Statement
from dressform.db.tables import AccessLogAudit
from dressform.db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class StoredLookup:
    """Who looked into the address log, when and why; what was asked for, and how many rows it gave."""

    id: UUID
    at: datetime
    operator_id: UUID
    purpose: str
    reason: str
    asked: dict[str, Any]
    shown: int


_ADD = Statement(
    insert(AccessLogAudit), "id", "at", "operator_id", "purpose", "key_id", "wrapped_key", "sealed"
)
_PAGE = (
    select(
        AccessLogAudit.id,
        AccessLogAudit.at,
        AccessLogAudit.operator_id,
        AccessLogAudit.purpose,
        AccessLogAudit.key_id,
        AccessLogAudit.wrapped_key,
        AccessLogAudit.sealed,
    )
    .where(AccessLogAudit.ends_at > bindparam("now"))
    .order_by(AccessLogAudit.id.desc())
    .limit(bindparam("most"))
)
_FIRST_PAGE = Statement(_PAGE)
_NEXT_PAGE = Statement(_PAGE.where(AccessLogAudit.id < bindparam("before")))


class Lookups:
    """The records of looking into the address log."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._keyed = RowEncryption(uow.keyrings, "lookup")

    async def add(
        self, operator_id: UUID, *, purpose: str, reason: str, asked: dict[str, Any], shown: int
    ) -> None:
        lookup_id = timed_id()
        said = {"reason": reason, "asked": asked, "shown": shown}
        await self._uow.connection.execute(
            _ADD,
            {
                "id": lookup_id,
                "at": self._uow.now,
                "operator_id": operator_id,
                "purpose": purpose,
                **self._keyed.seal(said, lookup_id),
            },
        )

    async def list_page(self, *, limit: int, before: UUID | None = None) -> list[StoredLookup]:
        """The latest first; those before the one of that id."""
        rows = await self._uow.connection.execute(
            _FIRST_PAGE if before is None else _NEXT_PAGE,
            {"now": self._uow.now, "before": before, "most": limit},
        )
        return [
            StoredLookup(row.id, row.at, row.operator_id, row.purpose, **self._keyed.open(row))
            for row in rows
        ]
