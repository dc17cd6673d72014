"""What an operator has to look at."""

from datetime import datetime

from sqlalchemy import text

from dressform.db.unit_of_work import UnitOfWorkFactory

_HELD = "INSERT INTO purge_block VALUES ('model', 'too many at once', 7, :at, NULL)"
_SET_ASIDE = """
INSERT INTO quarantined_row (rule, row_id, started_at, retry_at, attempts, error)
VALUES ('mail', gen_random_uuid(), :at, :at, 1, 'SQLSTATE 23503')
"""


async def hold(uows: UnitOfWorkFactory, at: datetime) -> None:
    """Block the purge of models."""
    await _add(uows, _HELD, at)


async def set_aside(uows: UnitOfWorkFactory, at: datetime) -> None:
    """Quarantine a mail."""
    await _add(uows, _SET_ASIDE, at)


async def _add(uows: UnitOfWorkFactory, command: str, at: datetime) -> None:
    async with uows.transaction() as uow:
        await uow.connection.execute(text(command), {"at": at})
