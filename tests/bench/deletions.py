"""What the deletion journal costs an erasure and a batch of endings, against the same without it."""

import asyncio
import json
import os
import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

from dressform.bootstrap import bootstrap, run_migrations
from dressform.db.unit_of_work import UnitOfWork, UnitOfWorkFactory
from dressform.policy.account_data import PROFILE
from dressform.repositories.accounts import Accounts
from dressform.repositories.expired_rows import BATCH, ExpiredRows
from dressform.repositories.owners import Owner
from dressform.settings.loader import load_settings
from tests.bench.serving import running_database
from tests.helpers.retention import add_account

PAIRS = int(os.environ.get("BENCH_PAIRS", "200"))
BATCHES = int(os.environ.get("BENCH_BATCHES", "20"))

Work = Callable[[UnitOfWork], Awaitable[object]]


async def _seconds(uows: UnitOfWorkFactory, work: Work, *, journaled: bool) -> float:
    began = time.perf_counter()
    async with uows.transaction() as uow:
        await work(uow)
        if not journaled:
            uow.deletions.clear()
    return time.perf_counter() - began


async def _compare(uows: UnitOfWorkFactory, what: str, works: list[Work]) -> None:
    """Each two of them, one with the journal and one without, in turns."""
    pairs = []
    for number in range(0, len(works), 2):
        order = [True, False] if number % 4 else [False, True]
        found = {
            journaled: await _seconds(uows, work, journaled=journaled)
            for journaled, work in zip(order, works[number : number + 2], strict=True)
        }
        pairs.append((found[True], found[False]))
    with_journal, without = zip(*pairs, strict=True)
    result = {
        "what": what,
        "with_ms": round(statistics.median(with_journal) * 1000, 2),
        "without_ms": round(statistics.median(without) * 1000, 2),
        "added_ms": round(statistics.median(a - b for a, b in pairs) * 1000, 2),
    }
    print(json.dumps(result), flush=True)  # noqa: T201


def _erasing(owner: Owner) -> Work:
    return lambda uow: Accounts(uow).delete(owner)


async def _run() -> None:
    async with bootstrap(load_settings()) as (uows, _):
        now = uows.clock()
        owners = [await add_account(uows, now, f"m{each}") for each in range(2 * PAIRS)]
        await _compare(uows, "an erasure", [_erasing(owner) for owner in owners])
        over = now - timedelta(days=400)
        for each in range(2 * BATCHES * BATCH):
            await add_account(uows, over, f"o{each}")
        batches: list[Work] = [lambda uow: ExpiredRows(uow, PROFILE).delete_batch()] * (2 * BATCHES)
        await _compare(uows, f"a batch of {BATCH} accounts that end", batches)


def main() -> None:
    with running_database():
        asyncio.run(run_migrations(load_settings()))
        asyncio.run(_run())


if __name__ == "__main__":
    main()
