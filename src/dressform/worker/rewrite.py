"""The daily rewriting of members' tables: what was deleted leaves their files, and no order is left.

PostgreSQL leaves the bytes of deleted rows in a page until others need the room, keeps rows in the
order in which they came, and with each the number of the transaction that wrote it. The first would
let erased keys be read from the files; the other two, beside the access log, tell who signed in when.
"""

import asyncio
import logging
import time
from datetime import datetime

from sqlalchemy import Table

from dressform.db.errors import DatabaseError
from dressform.db.sqlstates import LOCK_NOT_AVAILABLE
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.policy.periods import start_of_day
from dressform.repositories.member_tables import MEMBER_TABLES, MemberTables
from dressform.repositories.retention_runs import RetentionRuns

log = logging.getLogger(__name__)

NAME = "rewrite"
MAX_TABLE_BYTES = 128 * 2**20
"""Bytes up to which a table is rewritten: about a second, in which whoever needs it has to wait."""
KEY_TABLES = frozenset({"account_key", "sign_up", "mail"})
"""Without their keys all else is unreadable, so these are rewritten up to a larger size."""
MAX_KEY_TABLE_BYTES = 256 * 2**20
MAX_TRIES = 10
PAUSE_SECONDS = 0.5


async def rewrite_tables(uows: UnitOfWorkFactory, *, now: datetime) -> int:
    """Rewrite each table of members that was not rewritten today, over any number of workers.

    Return how many were. One that a long transaction holds is tried again at the next call. A larger
    table is left to autovacuum, which removes deleted rows and leaves the rest as it is.
    """
    done = [await _rewrite_once_a_day(table, uows, now) for table in MEMBER_TABLES]
    return sum(done)


async def _rewrite_once_a_day(table: Table, uows: UnitOfWorkFactory, now: datetime) -> bool:
    started = time.monotonic()
    async with uows.transaction(now=now) as uow:
        run_id = await RetentionRuns(uow).claim(f"{NAME} {table.name}", start_of_day(now))
    if run_id is None:
        return False
    is_done = await _rewrite(table, uows, now)
    async with uows.transaction(now=now) as uow:
        if is_done:
            seconds = time.monotonic() - started
            await RetentionRuns(uow).finish(run_id, rows=1, seconds=seconds)
        else:
            await RetentionRuns(uow).release(run_id)
    return is_done


async def _rewrite(table: Table, uows: UnitOfWorkFactory, now: datetime) -> bool:
    """Return False when it has to be tried again."""
    uow = uows.read(now=now)
    size = await MemberTables(uow).get_size(table)
    if size > (MAX_KEY_TABLE_BYTES if table.name in KEY_TABLES else MAX_TABLE_BYTES):
        return True
    if size > MAX_TABLE_BYTES:
        return await _sort_table(table, uows, now)
    # Twice: values outside of their rows (TOAST) are numbered as the rows are written anew, which
    # is in the order of the file.
    if not await _sort_table(table, uows, now):
        return False
    await _rewrite_rows(table, uows, now)
    return await _sort_table(table, uows, now)


async def _rewrite_rows(table: Table, uows: UnitOfWorkFactory, now: datetime) -> None:
    async with uows.transaction(now=now) as uow:
        last = await MemberTables(uow).rewrite_batch(table)
    while last is not None:
        await asyncio.sleep(0.01)  # The processor belongs to those who read meanwhile.
        async with uows.transaction(now=now) as uow:
            last = await MemberTables(uow).rewrite_batch(table, after=last)


async def _sort_table(table: Table, uows: UnitOfWorkFactory, now: datetime) -> bool:
    """Return False when others hold the table all the time, as a dump does."""
    for tried in range(1, MAX_TRIES + 1):
        try:
            async with uows.transaction(now=now) as uow:
                await MemberTables(uow).cluster(table)
        except DatabaseError as error:
            if error.sqlstate != LOCK_NOT_AVAILABLE:
                raise
        else:
            return True
        if tried < MAX_TRIES:
            await asyncio.sleep(PAUSE_SECONDS)
    log.info("%s is held by a long transaction: it is rewritten later", table.name)
    return False
