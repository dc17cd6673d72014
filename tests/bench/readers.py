"""What readers of the API notice of work in the background, beside what they notice of any neighbour.

The neighbour is a process that shares nothing with the service but the processors: it counts for a few
milliseconds, rests as long, and is as nice as the worker.
"""

import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import httpx

from dressform.crypto.passwords import PasswordHasher
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.repositories.models import Models
from dressform.sewing.body import BodyMeasurements
from tests.bench.load import Load, Request, measure
from tests.bench.members import PASSWORD, add_account
from tests.bench.serving import begun, running_service

CONNECTIONS = 4
PAUSE = 0.02
"""Some 180 reads a second: a site with room to spare, for one that is full has none for anything."""
ROUNDS = 20
SECONDS = float(os.environ.get("BENCH_SECONDS", "2"))
LOGIN = "bench"

_COUNTING = _RESTING = 0.005


async def member(uows: UnitOfWorkFactory) -> str:
    """The path of the model of somebody who reads it."""
    password_hash = await PasswordHasher().hash(PASSWORD)
    async with uows.transaction() as uow:
        owner = await add_account(uow, LOGIN, password_hash)
        model = await Models(uow).add(owner, name="Bench", body=BodyMeasurements(breasts=True))
        return f"/v1/models/{model.id}"


def reads_meanwhile(what: str, path: str, work: Sequence[str]) -> dict[str, Any]:
    """The p99 of reading the model at `path` while `work` runs: a module and its arguments."""
    with running_service() as server:
        answer = httpx.post(
            server.url("/v1/auth/login"), json={"login": LOGIN, "password": PASSWORD}
        )
        headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        reads = [[Request("GET", path, headers)]] * CONNECTIONS
        load = Load(reads, seconds=SECONDS, pause=PAUSE)

        def p99() -> float:
            return measure(server.port, load).p99_ms

        without = [p99() for _ in range(ROUNDS // 2)]
        during, worker = [], subprocess.Popen([sys.executable, "-m", *work])
        try:
            while worker.poll() is None:
                during.append(p99())
        finally:
            worker.kill()
        assert worker.returncode == 0
        beside = []
        with _neighbour() as neighbour:
            for _ in range(ROUNDS):
                without.append(p99())
                neighbour.send_signal(signal.SIGCONT)
                beside.append(p99())
                neighbour.send_signal(signal.SIGSTOP)
    quiet, busy = statistics.median(without), statistics.median(during[:-1] or during)
    return {
        "what": f"p99 of reading a model while {what} / without",
        "during_ms": round(busy, 2),
        "without_ms": round(quiet, 2),
        "ratio": round(busy / quiet, 2),
        "ratio_beside_any_neighbour": round(statistics.median(beside) / quiet, 2),
        "rounds_during": len(during),
    }


@contextmanager
def _neighbour() -> Iterator[subprocess.Popen[bytes]]:
    """Stopped until it is told to go on."""
    with begun("tests.bench.readers") as process:
        process.send_signal(signal.SIGSTOP)
        yield process


def main() -> None:
    os.nice(10)
    print("counting", flush=True)  # noqa: T201
    while True:
        until = time.perf_counter() + _COUNTING
        while time.perf_counter() < until:
            sum(range(1000))
        time.sleep(_RESTING)


if __name__ == "__main__":
    main()
