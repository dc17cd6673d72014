"""The purge at size, against raw SQL that does the same in the same run: a day, and many accounts."""

import asyncio
import json
import os
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg

from dressform.bootstrap import bootstrap, run_migrations
from dressform.db.embedded.data import ROLE
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.policy.account_data import PROFILE
from dressform.repositories.purge_blocks import PurgeBlocks
from dressform.settings.loader import load_settings
from dressform.system.priority import lower_priority
from dressform.worker.deletion_guard import DeletionGuard, PurgeBlockedError
from dressform.worker.enforce import enforce
from dressform.worker.partitions import drop_expired_partitions
from tests.bench.readers import member, reads_meanwhile
from tests.bench.serving import running_database

ROWS = int(os.environ.get("BENCH_DAY_ROWS", "1000000"))
ACCOUNTS = int(os.environ.get("BENCH_ACCOUNTS", "1000000"))
DAY_ROUNDS = 3

_DAY = datetime(2020, 1, 1, tzinfo=UTC)

# As large as what the service seals: 200 bytes an account, 900 a model of 38 measurements.
_FILL = """
INSERT INTO account
    (id, email_index, created_at, last_login_at, last_notice_days, warned_at, version, sealed)
SELECT gen_random_uuid(), sha256(('{name}' || n)::bytea), now() - interval '3 years',
    CASE WHEN n % {every} = 0 THEN now() - interval '13 months'
         ELSE now() - interval '1 minute' * (n % 400000) END,
    1, CASE WHEN n % {every} = 0 THEN now() - interval '2 months' END, 1, {bytes_200}
FROM generate_series(1, {accounts}) n;
INSERT INTO account_key
SELECT id, '{key_id}', sha256('k') FROM account a
WHERE NOT EXISTS (SELECT FROM account_key WHERE account_id = a.id);
INSERT INTO profile
SELECT id, sha256(id::text::bytea), 1, {bytes_200} FROM account a
WHERE NOT EXISTS (SELECT FROM profile WHERE account_id = a.id);
INSERT INTO model (id, account_id, position, version, sealed)
SELECT gen_random_uuid(), id, position, 1, {bytes_900} FROM account, generate_series(1, 2) AS position
WHERE expires_at <= now();
"""


def _fill(uows: UnitOfWorkFactory, name: str, accounts: int, every: int) -> str:
    parts = {
        "bytes_200": "||".join(["sha256('x')"] * 6),
        "bytes_900": "||".join(["sha256('y')"] * 28),
    }
    key_id = uows.keyrings.master.active_id
    return _FILL.format(key_id=key_id, name=name, accounts=accounts, every=every, **parts)


async def _timed(work: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await work()
    return time.perf_counter() - began


async def day(uows: UnitOfWorkFactory, raw: asyncpg.Connection) -> dict[str, Any]:
    """A day of the address log, by our rule and by hand."""

    async def ours() -> None:
        assert await drop_expired_partitions(uows, datetime.now(UTC)) == ROWS

    async def by_hand() -> None:
        await raw.execute(f"ALTER TABLE access_log DETACH PARTITION access_log_{_DAY:%Y%m%d}")
        await raw.execute(f"DROP TABLE access_log_{_DAY:%Y%m%d}")

    pairs = []
    for _ in range(DAY_ROUNDS):
        found = []
        for end in (ours, by_hand):
            await _fill_day(raw)
            found.append(await _timed(end))
        pairs.append(found)
    return {
        "what": f"ending a day of {ROWS} addresses / DETACH and DROP by hand",
        "ours_ms": round(statistics.median(a for a, _ in pairs) * 1000, 1),
        "by_hand_ms": round(statistics.median(b for _, b in pairs) * 1000, 1),
        "time_ratio": round(statistics.median(a / b for a, b in pairs), 2),
    }


async def _fill_day(raw: asyncpg.Connection) -> None:
    end = _DAY + timedelta(days=1)
    await raw.execute(
        f"CREATE TABLE access_log_{_DAY:%Y%m%d} PARTITION OF access_log "
        f"FOR VALUES FROM ('{_DAY:%Y-%m-%d} 00:00+00') TO ('{end:%Y-%m-%d} 00:00+00')"
    )
    await raw.execute(f"ALTER TABLE access_log_{_DAY:%Y%m%d} OWNER TO dressform_log")
    await raw.execute(
        "INSERT INTO access_log SELECT $1::timestamptz + n * interval '50 ms', "
        "('10.' || n % 256 || '.' || n / 256 % 256 || '.7')::inet, 'GET', '/v1/models/{model_id}', "
        "200, 900, gen_random_uuid() FROM generate_series(1, $2::int) n",
        _DAY,
        ROWS,
    )
    await raw.execute("CHECKPOINT")


async def accounts(
    uows: UnitOfWorkFactory, raw: asyncpg.Connection, *, total: int
) -> dict[str, Any]:
    """A tenth of all accounts, by our rule and by raw SQL, each of a table filled alike."""
    await raw.execute(_fill(uows, "ours", total, 10))
    await raw.execute("VACUUM ANALYZE")
    due = await raw.fetchval("SELECT count(*) FROM account WHERE expires_at <= now()")
    ended = 0

    async def ours() -> None:
        nonlocal ended
        ended = await _approved_round(uows)

    our_seconds = await _timed(ours)
    assert ended == due
    await raw.execute(_fill(uows, "raw", total // 10, 1))
    await raw.execute("VACUUM ANALYZE")
    by_hand = await _timed(lambda: raw.execute("DELETE FROM account WHERE expires_at <= now()"))
    return {
        "what": f"ending {due} accounts with 2 models each among {total} / one raw DELETE",
        "ours_per_second": round(due / our_seconds),
        "raw_per_second": round(due / by_hand),
        "time_ratio": round(our_seconds / by_hand, 2),
        "us_an_account": round(our_seconds / due * 1e6),
    }


async def _approved_round(uows: UnitOfWorkFactory) -> int:
    """Far too many at once: held first, then approved."""
    at = datetime.now(UTC)
    try:
        await enforce(PROFILE, uows, now=at, scheduled_for=at, guard=DeletionGuard())
    except PurgeBlockedError:
        async with uows.transaction() as uow:
            hold = await PurgeBlocks(uow).get_for_update(PROFILE.key)
            assert hold is not None
            await PurgeBlocks(uow).approve(hold)
    at = datetime.now(UTC)
    report = await enforce(PROFILE, uows, now=at, scheduled_for=at, guard=DeletionGuard())
    assert report is not None
    return report.rows


async def _reads_meanwhile(
    uows: UnitOfWorkFactory, raw: asyncpg.Connection, *, total: int
) -> dict[str, Any]:
    path = await member(uows)
    await raw.execute(_fill(uows, "meanwhile", total // 10, 1))
    await raw.execute("VACUUM ANALYZE")
    work = "tests.bench.retention", "purge"
    return reads_meanwhile(f"{total // 10} accounts end", path, work)


async def _run(raw_dsn: str) -> None:
    raw = await asyncpg.connect(raw_dsn)
    async with bootstrap(load_settings()) as (uows, _):
        _tell(await day(uows, raw))
        _tell(await accounts(uows, raw, total=ACCOUNTS // 10))
        await raw.execute("DELETE FROM account")  # Acts of consent refuse to be truncated.
        _tell(await accounts(uows, raw, total=ACCOUNTS))
        _tell(await _reads_meanwhile(uows, raw, total=ACCOUNTS))
    await raw.close()


def _tell(result: dict[str, Any]) -> None:
    print(json.dumps(result), flush=True)  # noqa: T201


async def _purge() -> None:
    lower_priority(10)  # As the worker does.
    async with bootstrap(load_settings()) as (uows, _):
        await _approved_round(uows)


def main() -> None:
    if sys.argv[1:] == ["purge"]:
        asyncio.run(_purge())
        return
    with running_database() as server:
        asyncio.run(run_migrations(load_settings()))
        asyncio.run(_run(server.url(role=ROLE).replace("+asyncpg", "")))


if __name__ == "__main__":
    main()
