"""The blocks of suspicious deletions, and their approvals."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from dressform.db.tables import PurgeBlock
from dressform.db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class StoredPurgeBlock:
    """A rule that stopped before deleting: the reason, and how many rows it was about to delete."""

    rule: str
    reason: str
    rows: int
    blocked_at: datetime
    approved_at: datetime | None


class PurgeBlocks:
    """The rules that are blocked, each until an operator approves its deletion."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    async def list_all(self) -> list[StoredPurgeBlock]:
        """Return all blocks."""
        return [StoredPurgeBlock(*row) for row in await self._uow.connection.execute(_ALL)]

    async def get_for_update(self, rule: str) -> StoredPurgeBlock | None:
        """Return a rule's block, locked so that a concurrent approval is not overwritten."""
        query = _ALL.where(PurgeBlock.rule == rule).with_for_update()
        row = await self._uow.connection.fetch_one_or_none(query)
        return None if row is None else StoredPurgeBlock(*row)

    async def block(self, rule: str, *, reason: str, rows: int) -> None:
        """Block a rule. An approval of an earlier, smaller deletion becomes void."""
        found = {"reason": reason, "rows": rows, "approved_at": None}
        await self._uow.connection.execute(
            insert(PurgeBlock)
            .values(rule=rule, blocked_at=self._uow.now, **found)
            .on_conflict_do_update(index_elements=["rule"], set_=found)
        )

    async def approve(self, shown: StoredPurgeBlock) -> bool:
        """Approve a block as it was shown. Return False when it is another one by now, or gone."""
        approved = await self._uow.connection.execute(
            update(PurgeBlock)
            .where(PurgeBlock.rule == shown.rule, PurgeBlock.reason == shown.reason)
            .values(approved_at=self._uow.now)
        )
        return approved.rowcount > 0

    async def consume(self, rule: str, rows: int) -> None:
        """Subtract deleted rows from the approved number. Remove the block with the last of
        them.
        """
        left = PurgeBlock.rows - rows
        is_spent = or_(left <= 0, PurgeBlock.approved_at.is_(None))
        held = PurgeBlock.rule == rule
        await self._uow.connection.execute(delete(PurgeBlock).where(held, is_spent))
        await self._uow.connection.execute(update(PurgeBlock).where(held).values(rows=left))

    async def clear(self, rule: str) -> None:
        """Remove the block of a rule."""
        await self._uow.connection.execute(delete(PurgeBlock).where(PurgeBlock.rule == rule))


_ALL = select(
    PurgeBlock.rule,
    PurgeBlock.reason,
    PurgeBlock.rows,
    PurgeBlock.blocked_at,
    PurgeBlock.approved_at,
).order_by(PurgeBlock.rule)
