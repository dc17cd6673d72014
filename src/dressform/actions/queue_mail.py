from typing import Any

from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.repositories.mails import Mails


async def queue_mail(uows: UnitOfWorkFactory, kind: str, *, to: str, **context: Any) -> None:
    """Queue a mail that a stranger may have asked for. What it says is decided at its delivery."""
    async with uows.transaction() as uow:
        await Mails(uow).add(kind, to=to, language="en", **context)
