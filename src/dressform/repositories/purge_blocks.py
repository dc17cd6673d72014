from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from dressform.db.tables import RetentionHold
from dressform.db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Hold:
    """A rule that stopped before ending anything: why, and how many rows it was about to end."""

    rule: str
    reason: str
    rows: int
    held_at: datetime
    approved_at: datetime | None


class Holds:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    async def all(self) -> list[Hold]:
        return [Hold(*row) for row in await self._uow.connection.execute(_HOLDS)]

    async def of(self, rule: str) -> Hold | None:
        """Nobody else changes it until the transaction ends: an approval is not overwritten."""
        query = _HOLDS.where(RetentionHold.rule == rule).with_for_update()
        row = await self._uow.connection.one_or_none(query)
        return None if row is None else Hold(*row)

    async def hold(self, rule: str, *, reason: str, rows: int) -> None:
        """Anew: an approval of something smaller is void."""
        found = {"reason": reason, "rows": rows, "approved_at": None}
        await self._uow.connection.execute(
            insert(RetentionHold)
            .values(rule=rule, held_at=self._uow.now, **found)
            .on_conflict_do_update(index_elements=["rule"], set_=found)
        )

    async def approve(self, shown: Hold) -> bool:
        """Just what was shown; False when it is another one by now, or none."""
        approved = await self._uow.connection.execute(
            update(RetentionHold)
            .where(RetentionHold.rule == shown.rule, RetentionHold.reason == shown.reason)
            .values(approved_at=self._uow.now)
        )
        return approved.rowcount > 0

    async def spend(self, rule: str, rows: int) -> None:
        """What ended is taken off what was approved; the hold goes with the last of it."""
        left = RetentionHold.rows - rows
        is_spent = or_(left <= 0, RetentionHold.approved_at.is_(None))
        held = RetentionHold.rule == rule
        await self._uow.connection.execute(delete(RetentionHold).where(held, is_spent))
        await self._uow.connection.execute(update(RetentionHold).where(held).values(rows=left))

    async def release(self, rule: str) -> None:
        await self._uow.connection.execute(delete(RetentionHold).where(RetentionHold.rule == rule))


_HOLDS = select(
    RetentionHold.rule,
    RetentionHold.reason,
    RetentionHold.rows,
    RetentionHold.held_at,
    RetentionHold.approved_at,
).order_by(RetentionHold.rule)
