"""Drawing the open dataset at size: seconds, memory, and what readers of the API notice of it."""

import asyncio
import json
import os
import resource
import sys
import time
from datetime import UTC, datetime

import asyncpg

from dressform.actions.draw_dataset import draw_dataset, propose_dataset
from dressform.bootstrap import bootstrap, run_migrations
from dressform.db.embedded.data import ROLE
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.opendata.receipts import Receipts
from dressform.settings.loader import load_settings
from dressform.sewing.catalogue import CATALOGUE
from dressform.system.priority import lower_priority
from tests.bench.readers import member, reads_meanwhile
from tests.bench.serving import running_database
from tests.opendata.members import APPROVER, PROPOSER, create_members, create_operator

ACCOUNTS = int(os.environ.get("BENCH_ACCOUNTS", "1000000"))

YEAR = datetime.now(UTC).year
AT = datetime(YEAR, 6, 1, tzinfo=UTC)
AGREED = datetime(YEAR, 1, 1, tzinfo=UTC)


async def _filled(uows: UnitOfWorkFactory, raw: asyncpg.Connection) -> None:
    await raw.execute("SET session_replication_role = replica")
    await create_members(uows, raw, ACCOUNTS, agreed=AGREED)
    await raw.execute("RESET session_replication_role")
    for each in (PROPOSER, APPROVER):
        await create_operator(raw, each, AGREED)
    await raw.execute("VACUUM ANALYZE")
    await raw.execute("CHECKPOINT")


async def _draw() -> None:
    """In a process of its own, whose memory is the draw's, as an operator's in another terminal."""
    os.setsid()
    lower_priority(19)
    async with bootstrap(load_settings(), lambda: AT) as (uows, _):
        receipts = Receipts(load_settings().state_dir / "dataset")
        began = time.perf_counter()
        drawn = await draw_dataset(uows, receipts, APPROVER, lambda _: None)
        seconds = time.perf_counter() - began
    assert drawn is not None
    found = {
        "what": f"drawing from {ACCOUNTS} accounts of {len(CATALOGUE)} measurements",
        "seconds": round(seconds, 1),
        "most_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "noisy_count": drawn.count,
    }
    print(json.dumps(found), flush=True)  # noqa: T201


async def _measured(raw: asyncpg.Connection) -> None:
    async with bootstrap(load_settings(), lambda: AT) as (uows, _):
        await _filled(uows, raw)
        await propose_dataset(uows, PROPOSER)
    async with bootstrap(load_settings()) as (uows, _):
        path = await member(uows)
    work = "tests.bench.dataset", "draw"
    found = reads_meanwhile("the dataset is drawn", path, work)
    print(json.dumps(found), flush=True)  # noqa: T201


async def _run(dsn: str) -> None:
    raw = await asyncpg.connect(dsn)
    await _measured(raw)
    await raw.close()


def main() -> None:
    if sys.argv[1:] == ["draw"]:
        asyncio.run(_draw())
        return
    with running_database() as server:
        asyncio.run(run_migrations(load_settings()))
        asyncio.run(_run(server.url(role=ROLE).replace("+asyncpg", "")))


if __name__ == "__main__":
    main()
