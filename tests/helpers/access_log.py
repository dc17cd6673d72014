"""The access log: lines as the middleware writes them, rows of the table, and what a request left."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address
from typing import Any
from uuid import UUID, uuid4

from fastapi import FastAPI
from sqlalchemy import text

from dressform.access_log.shipper import Shipper
from dressform.crypto.secrets import timed_id
from dressform.db.statements import Statement
from dressform.db.unit_of_work import TransactionalUnitOfWork, UnitOfWorkFactory
from dressform.repositories.access_log import COLUMNS, SET_LOG_ROLE, AccessLogEntries
from dressform.repositories.access_log_partitions import AccessLogPartitions
from dressform.repositories.access_log_query import AccessLogEntry, AccessLogFilter, PageKey


@asynccontextmanager
async def as_log_role(uows: UnitOfWorkFactory) -> AsyncIterator[TransactionalUnitOfWork]:
    """Open a unit of work with the role of the log, which has no other rights."""
    async with uows.transaction() as uow:
        await uow.connection.execute(SET_LOG_ROLE)
        yield uow


NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def make_line(at: datetime = NOON, address: str = "203.0.113.9") -> bytes:
    return f"{at.isoformat()}\t{address}\tGET\t/v1/models/{{model_id}}\t200\t815\t{timed_id()}\n".encode()


def make_lines(count: int, first: datetime = NOON) -> list[bytes]:
    """Return lines, each a second after the one before."""
    return [make_line(first + timedelta(seconds=n)) for n in range(count)]


def request_id_of(written: bytes) -> str:
    return written.rstrip(b"\n").rpartition(b"\t")[2].decode()


INSERT = Statement(
    text(
        f"INSERT INTO access_log ({', '.join(COLUMNS)}) "
        f"VALUES ({', '.join(f':{name}' for name in COLUMNS)})"
    )
)


def make_entry(at: datetime, address: str = "203.0.113.9", **over: object) -> dict[str, object]:
    usual = {"method": "GET", "route": "/docs", "status": 200, "duration_us": 1800}
    return {"at": at, "address": address, "request_id": uuid4(), **usual, **over}


async def insert_entries(uows: UnitOfWorkFactory, *visits: dict[str, object]) -> list[UUID]:
    """Insert rows and return their request ids."""
    await ensure_partitions(uows, (one["at"] for one in visits))
    async with as_log_role(uows) as uow:
        for one in visits:
            await uow.connection.execute(INSERT, one)
    return [one["request_id"] for one in visits]  # type: ignore[misc]


async def ensure_partitions(uows: UnitOfWorkFactory, moments: Iterable[object]) -> None:
    async with uows.transaction() as uow:
        days = {at.date() for at in moments if isinstance(at, datetime)}
        await (await AccessLogPartitions.assume_role(uow)).ensure(days)


async def search_entries(
    uows: UnitOfWorkFactory, *, limit: int = 500, before: PageKey | None = None, **wanted: Any
) -> list[AccessLogEntry]:
    async with uows.transaction() as uow:
        opened = await AccessLogEntries.assume_role(uow)
        return await opened.search(AccessLogFilter(**wanted), limit=limit, before=before)


def make_uuid7(at: datetime) -> UUID:
    """Return a UUIDv7 of a moment."""
    milliseconds = int(at.timestamp() * 1000)
    return UUID(int=milliseconds << 80 | (uuid4().int & ((1 << 80) - 1) & ~(0xF << 76)) | 7 << 76)


@dataclass(frozen=True, slots=True)
class Record:
    at: datetime
    address: IPv4Address | IPv6Address
    method: str
    route: str
    status: int
    duration_us: int
    request_id: UUID


async def wait_until_shipped(shipper: Shipper) -> None:
    """Wait until every line is in the table."""
    async with asyncio.timeout(10):
        while shipper.backlog:
            await asyncio.sleep(0.01)


async def list_records(app: FastAPI) -> list[Record]:
    """Return all records, the oldest first."""
    await wait_until_shipped(app.state.shipper)
    uows: UnitOfWorkFactory = app.state.dressform.uows
    async with as_log_role(uows) as uow:
        rows = await uow.connection.execute(text("SELECT * FROM access_log ORDER BY request_id"))
        return [Record(*row) for row in rows]


async def list_request_ids(uows: UnitOfWorkFactory) -> list[str]:
    """Return request ids by time; a line that was shipped twice is there twice."""
    async with as_log_role(uows) as uow:
        rows = await uow.connection.execute(text("SELECT request_id FROM access_log ORDER BY at"))
        return [str(row) for (row,) in rows]


async def count_offsets(uows: UnitOfWorkFactory) -> int:
    async with as_log_role(uows) as uow:
        return int(
            (await uow.connection.execute(text("SELECT count(*) FROM spool_offset"))).scalar_one()
        )
