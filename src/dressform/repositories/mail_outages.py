"""The outages of the mail server."""

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from dressform.db.tables import MailOutage
from dressform.db.unit_of_work import UnitOfWork

_SERVER = "smtp"


class MailOutages:
    """The time since which the mail server accepts no mail."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    async def begin(self) -> bool:
        """Record the beginning of an outage. Return False when it is known already."""
        begun = insert(MailOutage).values(server=_SERVER, began_at=self._uow.now)
        recorded = await self._uow.connection.execute(begun.on_conflict_do_nothing())
        return recorded.rowcount > 0

    async def end(self) -> bool:
        """Record the end of an outage. Return False when there was none."""
        ended = await self._uow.connection.execute(delete(MailOutage))
        return ended.rowcount > 0
