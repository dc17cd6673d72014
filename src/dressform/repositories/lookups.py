from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from dressform.crypto.secrets import timed_id
from dressform.crypto.vault import Keyed
from dressform.database import Unit
from dressform.tables import Lookup as Row


@dataclass(frozen=True, slots=True)
class Lookup:
    """Who looked into the address log, when and why; what was asked for, and how many rows it gave."""

    id: UUID
    at: datetime
    operator_id: UUID
    purpose: str
    reason: str
    asked: dict[str, Any]
    shown: int


class Lookups:
    """The records of looking into the address log."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._keyed = Keyed(unit.vault, "lookup")

    async def add(
        self, operator_id: UUID, *, purpose: str, reason: str, asked: dict[str, Any], shown: int
    ) -> None:
        lookup_id = timed_id()
        said = {"reason": reason, "asked": asked, "shown": shown}
        await self._unit.connection.execute(
            insert(Row).values(
                id=lookup_id,
                at=self._unit.at,
                operator_id=operator_id,
                purpose=purpose,
                **self._keyed.seal(said, lookup_id),
            )
        )

    async def page(self, *, limit: int, before: UUID | None = None) -> list[Lookup]:
        """The latest first; those before the one of that id."""
        query = select(
            Row.id, Row.at, Row.operator_id, Row.purpose, Row.key_id, Row.wrapped_key, Row.sealed
        )
        if before is not None:
            query = query.where(Row.id < before)
        alive = query.where(Row.ends_at > self._unit.at).order_by(Row.id.desc()).limit(limit)
        rows = await self._unit.connection.execute(alive)
        return [
            Lookup(row.id, row.at, row.operator_id, row.purpose, **self._keyed.open(row))
            for row in rows
        ]
