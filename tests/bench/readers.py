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

from dressform.crypto.passwords import Passwords
from dressform.crypto.secrets import timed_id
from dressform.db.units import Units
from dressform.repositories.accounts import Accounts
from dressform.repositories.models import Models
from dressform.repositories.profiles import Profiles
from dressform.sewing.body import Body
from tests.bench.serving import Asked, begun, served

CONNECTIONS = 4
PAUSE = 0.02
"""Some 180 reads a second: a site with room to spare, for one that is full has none for anything."""
ROUNDS = 20
LOGIN, PASSWORD = "bench", "seven tailors measured twice"

_COUNTING = _RESTING = 0.005


async def member(units: Units) -> str:
    """The path of the model of somebody who reads it."""
    password_hash = await Passwords().hash(PASSWORD)
    async with units.writing() as unit:
        owner = await Accounts(unit).add(
            timed_id(), email="bench@example.org", language="en", password_hash=password_hash
        )
        await Profiles(unit).add(owner, username=LOGIN)
        model = await Models(unit).add(owner, name="Bench", body=Body(breasts=True))
        return f"/v1/models/{model.id}"


def reads_meanwhile(what: str, path: str, work: Sequence[str]) -> dict[str, Any]:
    """The p99 of reading the model at `path` while `work` runs: a module and its arguments."""
    with served("dressform.app:from_environment", {}) as port:
        answer = httpx.post(
            f"http://127.0.0.1:{port}/v1/auth/login", json={"login": LOGIN, "password": PASSWORD}
        )
        asked = Asked.get(path, {"Authorization": f"Bearer {answer.json()['access_token']}"}, PAUSE)

        def p99() -> float:
            return asked.of(port, CONNECTIONS)["p99_ms"]

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
