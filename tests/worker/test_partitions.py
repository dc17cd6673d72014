"""The end of whole days of the address log, whoever reads it and however it is interrupted."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import asyncpg
import pytest
from sqlalchemy import text

from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.policy.operation_data import VISITOR
from dressform.repositories.access_log_partitions import AccessLogPartitions, Partition
from dressform.worker import partitions as days
from dressform.worker.enforce import RunResult, enforce
from dressform.worker.partitions import PartitionsLockedError
from tests.conftest import WITHOUT_CLOCK_GUARD
from tests.helpers.access_log import as_log_role
from tests.helpers.databases import NEEDS_A_SESSION
from tests.helpers.retention import add_visit

BEGAN = datetime(2026, 8, 30, tzinfo=UTC)
END = VISITOR.period.expires_at(BEGAN)
TABLE = "access_log_20260830"


async def enforced(uows: UnitOfWorkFactory, at: datetime = END) -> RunResult:
    report = await enforce(VISITOR, uows, now=at, scheduled_for=at, guard=WITHOUT_CLOCK_GUARD)
    assert report is not None
    return report


async def tables(uows: UnitOfWorkFactory) -> list[str]:
    async with uows.transaction() as uow:
        return [day.table for day in await (await AccessLogPartitions.assume_role(uow)).list_all()]


async def command(uows: UnitOfWorkFactory, sql: str) -> None:
    async with as_log_role(uows) as uow:
        await uow.connection.execute(text(sql))


async def test_an_orphan_is_found_and_dropped(uows: UnitOfWorkFactory) -> None:
    """As if the worker had died between detaching and dropping."""
    for n in range(3):
        await add_visit(uows, BEGAN + n * timedelta(hours=1))
    await command(uows, f"ALTER TABLE access_log DETACH PARTITION {TABLE}")
    assert TABLE in await tables(uows)

    assert (await enforced(uows, END - timedelta(seconds=1))).rows == 0
    assert (await enforced(uows)).rows == 3
    assert TABLE not in await tables(uows)


@NEEDS_A_SESSION
async def test_a_detach_that_was_interrupted_is_finished(uows: UnitOfWorkFactory) -> None:
    """One begun concurrently, by hand, and cancelled: it stays pending until somebody finishes it."""
    await add_visit(uows, BEGAN)
    await _interrupt_detach(uows)
    async with uows.transaction() as uow:
        (found,) = [
            d
            for d in await (await AccessLogPartitions.assume_role(uow)).list_all()
            if d.table == TABLE
        ]
    assert (found.is_attached, found.is_detach_pending) == (True, True)

    assert (await enforced(uows)).rows == 1
    assert TABLE not in await tables(uows)


async def _interrupt_detach(uows: UnitOfWorkFactory) -> None:
    async with as_log_role(uows) as reader:
        await reader.connection.execute(text("SELECT count(*) FROM access_log"))
        connection = await asyncpg.connect(uows.pool._dsn)
        await connection.execute("SET ROLE dressform_log")
        await connection.execute("SET statement_timeout = '300ms'")
        with pytest.raises(asyncpg.QueryCanceledError):
            await connection.execute(
                f"ALTER TABLE access_log DETACH PARTITION {TABLE} CONCURRENTLY"
            )
        await connection.close()


async def test_an_orphan_takes_lines_again(uows: UnitOfWorkFactory) -> None:
    """Detached by hand before its time: the next line of that day finds a place."""
    await add_visit(uows, BEGAN)
    await command(uows, f"ALTER TABLE access_log DETACH PARTITION {TABLE}")

    async with uows.transaction() as uow:
        await (await AccessLogPartitions.assume_role(uow)).ensure({BEGAN.date()})

    async with as_log_role(uows) as uow:
        assert await uow.connection.scalar(text("SELECT count(*) FROM access_log")) == 1


@NEEDS_A_SESSION
async def test_who_reads_for_long_holds_up_one_round_and_no_writer(
    uows: UnitOfWorkFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lock is given up after two seconds, time and again; lines wait no longer than that."""
    monkeypatch.setattr(days, "MAX_TRIES", 2)
    monkeypatch.setattr(days, "PAUSE_SECONDS", 0.2)
    await add_visit(uows, BEGAN)
    await add_visit(uows, BEGAN + timedelta(days=1))
    at = END + timedelta(days=1)
    async with as_log_role(uows) as reader:
        await reader.connection.execute(text(f"SELECT count(*) FROM {TABLE}"))
        round_ = asyncio.create_task(enforced(uows, at))
        await asyncio.sleep(0.5)
        began = asyncio.get_running_loop().time()
        await add_visit(uows, at)
        waited = asyncio.get_running_loop().time() - began
        with pytest.raises(PartitionsLockedError, match=f"{TABLE} could not be dropped"):
            await round_
        left = await tables(uows)
    assert waited < 3
    assert TABLE in left
    assert "access_log_20260831" not in left

    assert (await enforced(uows, at + timedelta(minutes=5))).rows == 1
    assert TABLE not in await tables(uows)


@NEEDS_A_SESSION
async def test_several_workers_drop_a_day_once(uows: UnitOfWorkFactory) -> None:
    for n in range(5):
        await add_visit(uows, BEGAN + n * timedelta(hours=1))

    reports = await asyncio.gather(
        *(
            enforce(
                VISITOR,
                uows,
                now=END,
                scheduled_for=END + n * timedelta(seconds=1),
                guard=WITHOUT_CLOCK_GUARD,
            )
            for n in range(4)
        )
    )

    assert sum(report.rows for report in reports if report) == 5
    assert TABLE not in await tables(uows)


async def test_a_table_of_a_similar_name_is_nobodys_day(uows: UnitOfWorkFactory) -> None:
    await command(uows, "CREATE TABLE access_log_20200101_kept (x int)")
    try:
        await enforced(uows)
        assert "access_log_20200101_kept" not in await tables(uows)
        async with as_log_role(uows) as uow:
            await uow.connection.execute(text("SELECT * FROM access_log_20200101_kept"))
    finally:
        await command(uows, "DROP TABLE access_log_20200101_kept")


def test_a_day_is_due_when_its_first_second_is() -> None:
    assert Partition(date(2026, 8, 30), is_attached=True, is_detach_pending=False).expires_at == END
    assert Partition(date(2026, 8, 31), is_attached=True, is_detach_pending=False).expires_at == END
