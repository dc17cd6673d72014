from dressform.database import Units
from dressform.repositories.mails import Mails
from dressform.repositories.warnings import Warnings

BATCH = 200


async def warn_of_ending(units: Units) -> int:
    """Write the mails of the warnings that are due; gives how many.

    That a warning is written and its mail stand in one transaction, so each is there once whatever
    crashes. What it says, and whether it still is to be said, is decided when it is delivered.
    """
    written = 0
    while True:
        async with units.writing() as unit:
            due = await Warnings(unit).write(limit=BATCH)
            for warned in due:
                await Mails(unit).add(
                    "ending",
                    to="",
                    language="",
                    ends_with=warned.account_id,
                    account_id=str(warned.account_id),
                    ends_at=warned.ends_at.isoformat(),
                )
        written += len(due)
        if not due:
            return written
