"""What a request left in the access log."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address
from uuid import UUID

from fastapi import FastAPI
from sqlalchemy import text

from dressform.access_log.shipper import Shipper
from dressform.db.unit_of_work import UnitOfWorkFactory
from tests.helpers.access_log import in_log


@dataclass(frozen=True, slots=True)
class Record:
    at: datetime
    address: IPv4Address | IPv6Address
    method: str
    route: str
    status: int
    duration_us: int
    request_id: UUID


async def shipped(shipper: Shipper) -> None:
    """Until every line has reached the table."""
    async with asyncio.timeout(10):
        while shipper.backlog:
            await asyncio.sleep(0.01)


async def records(app: FastAPI) -> list[Record]:
    """All of them, the oldest first."""
    await shipped(app.state.shipper)
    uows: UnitOfWorkFactory = app.state.service.uows
    async with in_log(uows) as uow:
        rows = await uow.connection.execute(text("SELECT * FROM access_log ORDER BY request_id"))
        return [Record(*row) for row in rows]


async def ids(uows: UnitOfWorkFactory) -> list[str]:
    """In the order of their time; one that was shipped twice is there twice."""
    async with in_log(uows) as uow:
        rows = await uow.connection.execute(text("SELECT request_id FROM access_log ORDER BY at"))
        return [str(row) for (row,) in rows]


async def marks(uows: UnitOfWorkFactory) -> int:
    async with in_log(uows) as uow:
        return int(
            (await uow.connection.execute(text("SELECT count(*) FROM spool_mark"))).scalar_one()
        )
