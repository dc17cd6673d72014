"""The audit log of the access log: who searched it, when, and why."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, select

from dressform.crypto.keyrings import RowEncryption
from dressform.crypto.secrets import timed_id
from dressform.db.statements import Row, Statement
from dressform.db.tables import AuditLogEntry
from dressform.db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class StoredAuditEntry:
    """A search of the access log: operator, time, reason, query, and the number of rows shown."""

    id: UUID
    at: datetime
    operator_id: UUID
    purpose: str
    reason: str
    query: dict[str, Any]
    row_count: int


_ADD = Statement(
    insert(AuditLogEntry), "id", "at", "operator_id", "purpose", "key_id", "wrapped_key", "sealed"
)
_PAGE = (
    select(
        AuditLogEntry.id,
        AuditLogEntry.at,
        AuditLogEntry.operator_id,
        AuditLogEntry.purpose,
        AuditLogEntry.key_id,
        AuditLogEntry.wrapped_key,
        AuditLogEntry.sealed,
    )
    .where(AuditLogEntry.expires_at > bindparam("now"))
    .order_by(AuditLogEntry.id.desc())
    .limit(bindparam("most"))
)
_FIRST_PAGE = Statement(_PAGE)
_NEXT_PAGE = Statement(_PAGE.where(AuditLogEntry.id < bindparam("before")))


class AuditLogEntries:
    """The records of searches of the access log."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._encryption = RowEncryption(uow.keyrings, "lookup")

    async def add(
        self, operator_id: UUID, *, purpose: str, reason: str, query: dict[str, Any], row_count: int
    ) -> None:
        """Record a search."""
        entry_id = timed_id()
        payload = {"reason": reason, "asked": query, "shown": row_count}
        await self._uow.connection.execute(
            _ADD,
            {
                "id": entry_id,
                "at": self._uow.now,
                "operator_id": operator_id,
                "purpose": purpose,
                **self._encryption.seal(payload, entry_id),
            },
        )

    async def list_page(self, *, limit: int, before: UUID | None = None) -> list[StoredAuditEntry]:
        """Return a page of records, latest first, before the record with the id `before`."""
        rows = await self._uow.connection.execute(
            _FIRST_PAGE if before is None else _NEXT_PAGE,
            {"now": self._uow.now, "before": before, "most": limit},
        )
        return [self._decrypt(row) for row in rows]

    def _decrypt(self, row: Row) -> StoredAuditEntry:
        payload = self._encryption.open(row)
        return StoredAuditEntry(
            row.id,
            row.at,
            row.operator_id,
            row.purpose,
            payload["reason"],
            query=payload["asked"],
            row_count=payload["shown"],
        )
