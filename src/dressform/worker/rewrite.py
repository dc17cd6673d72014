"""The daily rewrite of members' tables, which removes deleted rows and insertion order from disk.

PostgreSQL leaves the bytes of deleted rows in a page until the space is reused, stores rows in the
order of insertion, and with each row the id of its transaction (xmin). The first would let erased
keys be read from the files; the other two, beside the access log, tell who signed in when.
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
"""Larger tables are not rewritten: the ACCESS EXCLUSIVE lock would last more than a second."""
KEY_TABLES = frozenset({"account_key", "sign_up", "mail"})
"""Tables that hold data keys, without which all other data are unreadable."""
MAX_KEY_TABLE_BYTES = 256 * 2**20
MAX_TRIES = 10
PAUSE_SECONDS = 0.5


async def rewrite_tables(uows: UnitOfWorkFactory, *, now: datetime) -> int:
    """Rewrite each table of members that no worker has rewritten today. Return their number.

    A table that a long transaction locks is tried again at the next call. A larger table is left to
    autovacuum, which removes deleted rows but keeps order and xmin.
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
    """Rewrite a table if it is small enough. Return False when it must be tried again."""
    uow = uows.read(now=now)
    size = await MemberTables(uow).get_size(table)
    if size > (MAX_KEY_TABLE_BYTES if table.name in KEY_TABLES else MAX_TABLE_BYTES):
        return True
    if size > MAX_TABLE_BYTES:
        return await _sort_table(table, uows, now)
    # CLUSTER twice: TOAST values are numbered as rows are rewritten, in the order of the file.
    if not await _sort_table(table, uows, now):
        return False
    await _rewrite_rows(table, uows, now)
    return await _sort_table(table, uows, now)


async def _rewrite_rows(table: Table, uows: UnitOfWorkFactory, now: datetime) -> None:
    async with uows.transaction(now=now) as uow:
        last = await MemberTables(uow).rewrite_batch(table)
    while last is not None:
        await asyncio.sleep(0.01)  # Leaves the CPU to requests.
        async with uows.transaction(now=now) as uow:
            last = await MemberTables(uow).rewrite_batch(table, after=last)


async def _sort_table(table: Table, uows: UnitOfWorkFactory, now: datetime) -> bool:
    """Sort a table. Return False when it stays locked, as by pg_dump."""
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
    log.info("%s is locked by a long transaction: it is rewritten later", table.name)
    return False
