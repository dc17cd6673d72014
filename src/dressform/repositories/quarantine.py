"""The quarantine: rows whose deletion failed."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, SQLColumnExpression, delete, exists
from sqlalchemy import func as sql
from sqlalchemy.dialects.postgresql import insert

from dressform.db.tables import QuarantinedRow as Row
from dressform.db.unit_of_work import UnitOfWork


class Quarantine:
    """Rows that could not be deleted. They are skipped for a while, so they block no others."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def not_quarantined(self, rule: str, row_id: SQLColumnExpression[UUID]) -> ColumnElement[bool]:
        """Return the condition that a row may be tried now."""
        return ~exists().where(Row.rule == rule, Row.row_id == row_id, Row.retry_at > self._uow.now)

    async def add(self, rule: str, row_id: UUID, error: str) -> None:
        """Quarantine a row: for an hour, then for twice as long each time, up to a day."""
        at = self._uow.now
        wait = sql.least(timedelta(hours=1) * sql.power(2, Row.attempts), timedelta(days=1))
        await self._uow.connection.execute(
            insert(Row)
            .values(
                rule=rule,
                row_id=row_id,
                started_at=at,
                retry_at=at + timedelta(hours=1),
                attempts=1,
                error=error,
            )
            .on_conflict_do_update(
                index_elements=["rule", "row_id"],
                set_={"attempts": Row.attempts + 1, "retry_at": at + wait, "error": error},
            )
        )

    async def release(self, rule: str, row_id: UUID) -> None:
        """Remove a row from the quarantine."""
        await self._uow.connection.execute(
            delete(Row).where(Row.rule == rule, Row.row_id == row_id)
        )

    async def delete_expired(self) -> int:
        """Delete the records whose own retention period is over. Return how many."""
        ended = await self._uow.connection.execute(
            delete(Row).where(Row.expires_at <= self._uow.now)
        )
        return ended.rowcount
