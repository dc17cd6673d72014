"""Rows of the address log, as if somebody had visited."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from dressform.db.statements import Statement
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.repositories.access_log import (
    COLUMNS,
    AccessLogEntries,
    AccessLogEntry,
    AccessLogFilter,
    PageKey,
)
from dressform.repositories.access_log_partitions import AccessLogPartitions
from tests.helpers.access_log import in_log

INSERT = Statement(
    text(
        f"INSERT INTO access_log ({', '.join(COLUMNS)}) "
        f"VALUES ({', '.join(f':{name}' for name in COLUMNS)})"
    )
)


def visit(at: datetime, address: str = "203.0.113.9", **over: object) -> dict[str, object]:
    usual = {"method": "GET", "route": "/docs", "status": 200, "duration_us": 1800}
    return {"at": at, "address": address, "request_id": uuid4(), **usual, **over}


async def log(uows: UnitOfWorkFactory, *visits: dict[str, object]) -> list[UUID]:
    """Their ids."""
    await make_days(uows, (one["at"] for one in visits))
    async with in_log(uows) as uow:
        for one in visits:
            await uow.connection.execute(INSERT, one)
    return [one["request_id"] for one in visits]  # type: ignore[misc]


async def make_days(uows: UnitOfWorkFactory, moments: Iterable[object]) -> None:
    async with uows.transaction() as uow:
        days = {at.date() for at in moments if isinstance(at, datetime)}
        await (await AccessLogPartitions.assume_role(uow)).ensure(days)


async def search(
    uows: UnitOfWorkFactory, *, limit: int = 500, before: PageKey | None = None, **wanted: Any
) -> list[AccessLogEntry]:
    async with uows.transaction() as uow:
        opened = await AccessLogEntries.assume_role(uow)
        return await opened.search(AccessLogFilter(**wanted), limit=limit, before=before)


def uuid7(at: datetime) -> UUID:
    """One that was made then."""
    milliseconds = int(at.timestamp() * 1000)
    return UUID(int=milliseconds << 80 | (uuid4().int & ((1 << 80) - 1) & ~(0xF << 76)) | 7 << 76)
