"""The daily rewriting: once a day over all workers, and never in anybody's way for long."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.repositories.accounts import Accounts
from dressform.repositories.member_tables import MEMBER_TABLES
from dressform.worker import rewrite
from dressform.worker.rewrite import rewrite_tables
from tests.helpers.retention import add_account, add_everything

AT = datetime(2026, 8, 31, 15, 30, tzinfo=UTC)
DAY = timedelta(days=1)


async def transactions(uows: UnitOfWorkFactory) -> set[int]:
    """The numbers of the transactions that wrote the accounts' rows."""
    uow = uows.read()
    rows = await uow.connection.execute(text("SELECT xmin::text::bigint FROM account"))
    return set(rows.scalars())


async def test_rewrite_changes_no_value_and_every_row_version(uows: UnitOfWorkFactory) -> None:
    await add_everything(uows, AT)
    before = await contents(uows), await transactions(uows)

    assert await rewrite_tables(uows, now=AT) > 0

    assert await contents(uows) == before[0]
    assert not await transactions(uows) & before[1]


async def contents(uows: UnitOfWorkFactory) -> dict[str, list[str]]:
    """Every row as text; sealed values are the same bytes."""
    found = {}
    uow = uows.read()
    for table in MEMBER_TABLES:
        rows = await uow.connection.execute(text(f"SELECT t::text FROM {table.name} t"))
        found[table.name] = sorted(rows.scalars())
    return found


async def test_rewrite_of_more_rows_than_a_batch_reaches_all(
    uows: UnitOfWorkFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dressform.repositories.member_tables.BATCH", 3)
    for number in range(8):
        await add_account(uows, AT, f"member{number}")
    before = await transactions(uows)

    await rewrite_tables(uows, now=AT)

    assert not await transactions(uows) & before


async def test_rewrite_by_two_workers_is_done_once_a_day(uows: UnitOfWorkFactory) -> None:
    await add_account(uows, AT)

    first, second = await asyncio.gather(*(rewrite_tables(uows, now=AT) for _ in range(2)))
    later = await rewrite_tables(uows, now=AT + timedelta(hours=8))
    tomorrow = await rewrite_tables(uows, now=AT + DAY)

    assert first + second == len(MEMBER_TABLES)
    assert later == 0
    assert tomorrow == len(MEMBER_TABLES)


async def test_rewrite_of_a_table_that_is_held_is_tried_again_and_holds_nobody_up(
    uows: UnitOfWorkFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As by a dump, which reads for hours. A reader who comes meanwhile waits for a moment only."""
    monkeypatch.setattr(rewrite, "PAUSE_SECONDS", 0.1)
    owner = await add_account(uows, AT)
    async with uows.transaction() as dump:
        await dump.connection.execute(text("LOCK TABLE account IN ACCESS SHARE MODE"))
        rewriting = asyncio.create_task(rewrite_tables(uows, now=AT))
        waited = 0.0
        while not rewriting.done():
            began = asyncio.get_running_loop().time()
            uow = uows.read(now=AT)
            assert await Accounts(uow).get_by_id(owner.account_id) is not None
            waited = max(waited, asyncio.get_running_loop().time() - began)
            await asyncio.sleep(0.02)

    assert await rewriting == len(MEMBER_TABLES) - 1
    assert waited < 2
    assert await rewrite_tables(uows, now=AT) == 1
