from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.repositories.expiry_notices import ExpiryNotices
from dressform.repositories.mails import Mails

BATCH = 200


async def queue_expiry_notices(uows: UnitOfWorkFactory) -> int:
    """Queue the expiry notices that are due, and return how many.

    This includes the questions to owners of restricted accounts. A notice is marked and its mail
    added in one transaction, so that each is queued once, even after a crash. Its content, and
    whether it is still needed, is decided when it is delivered.
    """
    written = 0
    while True:
        async with uows.transaction() as uow:
            warnings = ExpiryNotices(uow)
            due = [("ending", warned) for warned in await warnings.queue_due(limit=BATCH)]
            due += [
                ("restricted", asked) for asked in await warnings.queue_due_restricted(limit=BATCH)
            ]
            for kind, warned in due:
                await Mails(uow).add(
                    kind,
                    to="",
                    language="",
                    owner_id=warned.account_id,
                    account_id=str(warned.account_id),
                    ends_at=warned.expires_at.isoformat(),
                )
        written += len(due)
        if not due:
            return written
