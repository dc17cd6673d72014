"""How late somebody wakes beside a nice process on the same processor, with and without a long slice."""

import json
import os
import sys
import time
from contextlib import nullcontext

from dressform.scheduling import lengthen_slice, renice_session
from tests.bench.serving import begun

TIMES = 3000
BUSY, REST = 0.003, 0.001
SLEEP = 0.0005


def _keep_busy(what: str) -> None:
    os.nice(19)
    renice_session("self", 19)
    if what == "nice, with a long slice":
        assert lengthen_slice()
    print("busy", flush=True)  # noqa: T201
    while True:
        _count(BUSY)
        time.sleep(REST)


def _count(seconds: float) -> None:
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        pass


def _late() -> list[float]:
    """Seconds, sorted."""
    found = []
    for each in range(TIMES):
        time.sleep(0.002 + (each % 7) * 0.0003)  # In step with nobody.
        asleep = time.perf_counter()
        time.sleep(SLEEP)
        found.append(time.perf_counter() - asleep - SLEEP)
        _count(SLEEP)
    return sorted(found)


def main() -> None:
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    if sys.argv[1:]:
        _keep_busy(sys.argv[1])
    for what in ("nobody", "nice", "nice, with a long slice"):
        busy = begun("tests.bench.waking", what, own_session=True)
        with nullcontext() if what == "nobody" else busy:
            late = _late()
        found = {
            "beside": what,
            "median_ms": round(late[TIMES // 2] * 1000, 2),
            "p99_ms": round(late[TIMES * 99 // 100] * 1000, 2),
        }
        print(json.dumps(found), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
