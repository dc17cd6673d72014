"""What the access log costs, against the same application without it in one run; and its shipping.

Rounds alternate between the two, and medians of their ratios and differences are given.
"""

import asyncio
import json
import os
import statistics
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from dressform.bootstrap import bootstrap
from dressform.settings.loader import load_settings
from tests.bench import table
from tests.bench.load import Load, Request, measure
from tests.bench.members import BenchMember, Members, opened_members
from tests.bench.rounds import CONNECTIONS, measure_with_processor
from tests.bench.serving import Server, running_app, running_database
from tests.bench.shipping import shipping_rate

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "7"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "2"))
"""Longer than the log's pause between shippings, so that each round has its part of them."""

COLUMNS = (
    "the access log, with / without",
    "a second",
    "ratio",
    "CPU µs",
    "added CPU µs",
    "added to the p50 of one connection, in ms",
)


@dataclass(frozen=True, slots=True)
class Found:
    """`alone_ms`: the median of a client that has one connection."""

    per_second: float
    processor_us: float
    alone_ms: float


def visit(member: BenchMember) -> list[Request]:
    """Return what a page asks for a member who looks at their models and changes one."""
    model = f"/v1/models/{member.models[0]}"
    check = {"breasts": True, "unit": "cm", "measurements": {"neck": "38,5", "chest": 92}}
    changes = {"measurements": {"neck": "38,5 cm"}}
    own = member.headers
    return [
        Request("GET", "/v1/profiles/me", own),
        Request("GET", "/v1/models", own),
        Request("GET", model, own),
        Request.with_json("POST", "/v1/measurements/check", check, own),
        Request.with_json("PATCH", model, changes, own),
        Request("GET", model, own),
        Request("GET", f"{model}/silhouette.svg", own),
    ]


def _compare(what: str, logged: Server, unlogged: Server, sequences: list[list[Request]]) -> str:
    """Whichever was second in a round is first in the next: a machine that slows favours neither."""
    pairs = []
    for turn in range(ROUNDS):
        order = (logged, unlogged) if turn % 2 else (unlogged, logged)
        found = {server: _measure(server, sequences) for server in order}
        pairs.append((found[logged], found[unlogged]))
    with_log, without = ([pair[side] for pair in pairs] for side in (0, 1))
    median = statistics.median
    return table.row(
        [
            what,
            " / ".join(
                f"{median(e.per_second for e in side):,.0f}" for side in (with_log, without)
            ),
            f"{median(a.per_second / b.per_second for a, b in pairs):.2f}",
            " / ".join(
                f"{median(e.processor_us for e in side):,.0f}" for side in (with_log, without)
            ),
            f"{median(a.processor_us - b.processor_us for a, b in pairs):.1f}",
            f"{median(a.alone_ms - b.alone_ms for a, b in pairs):.3f}",
        ]
    )


def _measure(server: Server, sequences: list[list[Request]]) -> Found:
    busy, processor_us = measure_with_processor(server, Load(sequences, seconds=SECONDS))
    alone = measure(server.port, Load(sequences[:1], seconds=SECONDS / 2))
    return Found(busy.per_second, processor_us, alone.p50_ms)


def _rows(made: list[BenchMember], logged: Server, unlogged: Server) -> Iterator[str]:
    live = [[Request("GET", "/health/live")]] * CONNECTIONS
    yield _compare("`get_liveness`", logged, unlogged, live)
    reads = [[Request("GET", f"/v1/models/{each.models[0]}", each.headers)] for each in made]
    yield _compare("`read_model`", logged, unlogged, reads)
    yield _compare("a member's visit", logged, unlogged, [visit(each) for each in made])


async def _add_visitors(members: Members) -> list[BenchMember]:
    return await members.add(CONNECTIONS, models=1)


async def _ship(dsn: str) -> dict[str, Any]:
    settings = load_settings()
    async with bootstrap(settings) as (uows, _):
        return await shipping_rate(uows, dsn, settings.state_dir / "shipping")


def main() -> None:
    with ExitStack() as stack:
        database = stack.enter_context(running_database())
        with asyncio.Runner() as runner, opened_members(runner) as members:
            made = runner.run(_add_visitors(members))
        print(json.dumps(asyncio.run(_ship(database.url().replace("+asyncpg", "")))))  # noqa: T201
        logged = stack.enter_context(running_app("dressform.api.app:from_environment"))
        unlogged = stack.enter_context(running_app("tests.bench.apps:unlogged"))
        print(table.head(COLUMNS), flush=True)  # noqa: T201
        for row in _rows(made, logged, unlogged):
            print(row, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
