import asyncio
import logging
from datetime import timedelta

from dressform.actions.check_journal import compare_journal, confirm_files
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.errors import StartupError, Unavailable
from dressform.policy.periods import start_of_day
from dressform.repositories.deletion_marks import DeletionMarks

log = logging.getLogger(__name__)

TIDY_SECONDS = 3600.0
_MARK_RETENTION = timedelta(days=7)
"""Marks outlive their files: a file without a mark would look like one of a restored database."""


async def tidy_journal(uows: UnitOfWorkFactory) -> int:
    """Delete the journal files that no backup needs. Return how many.

    It confirms what a process that died could not confirm. It logs an error when the database was
    restored while it was in use. Raise OSError, and StartupError when a file can't be read.
    """
    found = await compare_journal(uows)
    await confirm_files(found)
    if found.outdated_files:
        log.error(
            "the database was put back from a backup: stop, and run `dressform restore replay`"
        )
    async with uows.transaction() as uow:
        over = start_of_day(uow.now) - uows.journal.retention - _MARK_RETENTION
        await DeletionMarks(uow).delete_before(over)
    return await asyncio.to_thread(uows.journal.delete_expired, at=uows.clock())


async def tidy_regularly(uows: UnitOfWorkFactory) -> None:
    """Tidy the journal every hour until cancelled, on a host without a worker."""
    while True:
        await asyncio.sleep(TIDY_SECONDS)
        try:
            await tidy_journal(uows)
        except (OSError, StartupError, Unavailable) as error:
            log.warning("the deletion journal was not tidied: %s", error)
