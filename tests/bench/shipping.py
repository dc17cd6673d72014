"""How many lines of the access log one process brings into the real table in a second."""

import asyncio
import os
import random
import statistics
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import text

from dressform.access_log.shipper import Shipper
from dressform.crypto.secrets import timed_id
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.repositories.access_log import COLUMNS, SET_LOG_ROLE
from dressform.repositories.access_log_partitions import AccessLogPartitions

LINES = int(os.environ.get("BENCH_LINES", "300000"))
ROUNDS = 3

_FIRST = datetime(2026, 3, 1, 12, tzinfo=UTC)


def _lines() -> list[bytes]:
    """Each from anywhere on the Internet, which is the most work for the index of addresses."""
    chance = random.Random(1)
    return [
        f"{(_FIRST + timedelta(milliseconds=n)).isoformat()}\t{IPv4Address(chance.getrandbits(32))}"
        f"\tGET\t/v1/models/{{model_id}}\t200\t{400 + n % 900}\t{timed_id()}\n".encode()
        for n in range(LINES)
    ]


async def shipping_rate(uows: UnitOfWorkFactory, dsn: str, folder: Path) -> dict[str, Any]:
    """Beside COPY of the same bytes alone: same table, same indexes, same run."""
    lines = _lines()
    async with uows.transaction() as uow:
        await (await AccessLogPartitions.assume_role(uow)).ensure({_FIRST.date()})
    pairs = [
        (await _shipped(uows, folder, lines), await _copied(dsn, lines)) for _ in range(ROUNDS)
    ]
    return {
        "what": f"shipping {LINES} lines of the access log / COPY alone",
        "ours_per_second": round(statistics.median(LINES / ours for ours, _ in pairs)),
        "other_per_second": round(statistics.median(LINES / other for _, other in pairs)),
        "throughput_ratio": round(statistics.median(other / ours for ours, other in pairs), 3),
    }


async def _shipped(uows: UnitOfWorkFactory, folder: Path, lines: list[bytes]) -> float:
    shipper = Shipper(uows, folder)
    for line in lines:
        assert shipper.has_room()
        shipper.spool.append(line)
    began = time.perf_counter()
    shipper.start()
    while shipper.backlog:
        await asyncio.sleep(0.001)
    took = time.perf_counter() - began
    await shipper.stop()
    await _empty(uows)
    return took


async def _copied(dsn: str, lines: list[bytes]) -> float:
    async def source() -> AsyncIterator[bytes]:
        yield b"".join(lines)

    connection = await asyncpg.connect(dsn)
    async with connection.transaction():
        await connection.execute(SET_LOG_ROLE.sql)
        began = time.perf_counter()
        await connection.copy_to_table(
            "access_log", source=source(), columns=COLUMNS, format="text"
        )
    took = time.perf_counter() - began
    async with connection.transaction():
        await connection.execute(SET_LOG_ROLE.sql)
        await connection.execute("TRUNCATE access_log")
    await connection.close()
    return took


async def _empty(uows: UnitOfWorkFactory) -> None:
    async with uows.transaction() as uow:
        await uow.connection.execute(SET_LOG_ROLE)
        rows = await uow.connection.scalar(text("SELECT count(*) FROM access_log"))
        assert rows == LINES, f"{rows} rows of {LINES} lines"
        await uow.connection.execute(text("TRUNCATE access_log"))
