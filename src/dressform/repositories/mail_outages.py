from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from dressform.db.tables import MailOutage
from dressform.db.unit_of_work import UnitOfWork

_SERVER = "smtp"


class MailOutages:
    """Since when the mail server takes no mail."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    async def begin(self) -> bool:
        """Record that it takes none now. False when that was known."""
        begun = insert(MailOutage).values(server=_SERVER, began_at=self._uow.now)
        recorded = await self._uow.connection.execute(begun.on_conflict_do_nothing())
        return recorded.rowcount > 0

    async def end(self) -> bool:
        """Record that it takes mail again. False when it did all the time."""
        ended = await self._uow.connection.execute(delete(MailOutage))
        return ended.rowcount > 0
