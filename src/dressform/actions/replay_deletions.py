"""Repeat the deletions of the journal after a backup was restored."""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from dressform.actions.check_journal import Comparison, compare_journal
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.errors import NotFound, StartupError, Unauthenticated
from dressform.journal.entries import DeletionKind
from dressform.repositories.deletion_marks import DeletionMarks
from dressform.repositories.returned_rows import ReturnedRow, ReturnedRows

PAGE = 5000
"""Rows that are read by one query."""
BATCH = 50
"""Rows that are deleted in a transaction."""
_BEFORE_EVERY_EXPIRY = datetime(1970, 1, 1, tzinfo=UTC)
"""A time before every expiry, so that accounts in their grace period are included."""


async def replay_deletions(
    uows: UnitOfWorkFactory, *, without_damaged: bool = False
) -> Counter[DeletionKind]:
    """Repeat the deletions that the database does not know. Return how many of each kind.

    After an interruption it can be run again: the database counts as up to date only at the end.
    Its deletions are journaled again, since another backup may have been made meanwhile. Raise
    StartupError for a damaged file.
    """
    found = await compare_journal(uows)
    if not without_damaged:
        _check_readable(found)
    days = _get_days_by_hash(found)
    done = Counter[DeletionKind]()
    for kind in DeletionKind if days else ():
        done[kind] = await _replay_kind(uows, kind, days)
    async with uows.transaction() as uow:
        await DeletionMarks(uow).mark_known(found.outdated_files)
    return done


def _check_readable(found: Comparison) -> None:
    for file in found.outdated_files:
        known = found.known.get(file.id, 0)
        if lost := [number for number in file.missing_numbers if number > known]:
            raise StartupError(
                f"{file.path} is damaged: {len(lost)} of its entries can't be read. Put it back from "
                "a copy, or do without them: `dressform restore replay --without-damaged`."
            )


def _get_days_by_hash(found: Comparison) -> dict[str, datetime]:
    return {
        each: file.day
        for file in found.outdated_files
        for each in file.committed_after(found.known.get(file.id, 0))
    }


async def _replay_kind(
    uows: UnitOfWorkFactory, kind: DeletionKind, days: Mapping[str, datetime]
) -> int:
    done, after = 0, None
    while True:
        uow = uows.read(now=_BEFORE_EVERY_EXPIRY)
        page = await ReturnedRows(uow).list_page(kind, after=after, limit=PAGE)
        if not page:
            return done
        hashed = [(uows.journal.hasher.hash(row.deletion), row) for row in page]
        chosen = [(row, days[each]) for each, row in hashed if each in days]
        for start in range(0, len(chosen), BATCH):
            done += await _delete(uows, chosen[start : start + BATCH])
        after = page[-1].key


async def _delete(uows: UnitOfWorkFactory, rows: Sequence[tuple[ReturnedRow, datetime]]) -> int:
    done = 0
    async with uows.transaction(now=_BEFORE_EVERY_EXPIRY) as uow:
        for row, day in rows:
            # Its owner, another host or the row before may have deleted it meanwhile.
            with suppress(NotFound, Unauthenticated):
                await ReturnedRows(uow).delete(row, on=day)
                done += 1
    return done
