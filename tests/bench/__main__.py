"""What the access log and the whole stack cost, against the same without them, in one run.

Servers and load run as processes of their own on one machine, so absolute numbers depend on it;
rounds alternate between the candidates, and medians of their ratios are given.
"""

import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx

from dressform import embedded
from dressform.database import Units
from dressform.process import migrated, opened
from dressform.repositories.accounts import Accounts
from dressform.repositories.models import Models
from dressform.repositories.profiles import Profiles
from dressform.settings import load
from dressform.sewing.catalogue import CATALOGUE

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "7"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "2"))
PASSWORD = "seven tailors measured twice"
MEASUREMENTS = {name: 100.5 + number for number, name in enumerate(CATALOGUE)} | {
    "shoulderSlope": 13.0
}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def _served(factory: str, environment: Mapping[str, str]) -> Iterator[int]:
    port = _free_port()
    command = [sys.executable, "-m", "uvicorn", factory, "--factory", "--port", str(port)]
    options = ["--no-access-log", "--no-proxy-headers", "--log-level", "error"]
    process = subprocess.Popen([*command, *options], env={**os.environ, **environment})
    try:
        _wait(port)
        yield port
    finally:
        process.terminate()
        process.wait(15)


def _wait(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the server did not come up")


def _load(port: int, path: str, headers: Mapping[str, str]) -> dict[str, float]:
    lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    wanted = {
        "port": port,
        "request": "\r\n".join(lines) + "\r\n\r\n",
        "connections": 16,
        "seconds": SECONDS,
    }
    ran = subprocess.run(
        [sys.executable, "-m", "tests.bench.load"],
        input=json.dumps(wanted),
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, float] = json.loads(ran.stdout)
    assert not found["bad"], f"{path}: {found['bad']} answers were not 2xx"
    return found


def _compare(
    what: str, ours: int, others: int, path: str, headers: Mapping[str, str]
) -> dict[str, Any]:
    pairs = [(_load(ours, path, headers), _load(others, path, headers)) for _ in range(ROUNDS)]
    return {
        "what": what,
        "ours_per_second": round(statistics.median(a["per_second"] for a, _ in pairs)),
        "other_per_second": round(statistics.median(b["per_second"] for _, b in pairs)),
        "throughput_ratio": round(
            statistics.median(a["per_second"] / b["per_second"] for a, b in pairs), 3
        ),
        "median_added_ms_a_request": round(
            statistics.median(1000 / a["per_second"] - 1000 / b["per_second"] for a, b in pairs), 4
        ),
    }


async def _member(units: Units) -> UUID:
    """An account with a model of every measurement."""
    from dressform.crypto.passwords import Passwords  # noqa: PLC0415
    from dressform.crypto.secrets import new_id  # noqa: PLC0415

    password_hash = await Passwords().hash(PASSWORD)
    async with units.writing() as unit:
        owner = await Accounts(unit).add(
            new_id(), email="bench@example.org", language="en", password_hash=password_hash
        )
        await Profiles(unit).add(owner, username="bench")
        model = await Models(unit).add(
            owner, name="Bench", breasts=True, measurements=dict(MEASUREMENTS)
        )
        return model.id


async def _prepare() -> UUID:
    settings = load()
    await migrated(settings)
    async with opened(settings) as (units, _):
        return await _member(units)


async def _copy_for_bare(dsn: str, model_id: UUID, body: bytes) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute("CREATE TABLE bench_model (id uuid PRIMARY KEY, body bytea)")
    await connection.execute("INSERT INTO bench_model VALUES ($1, $2)", model_id, body)
    await connection.close()


def main() -> None:
    with ExitStack() as stack:
        state = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        state.chmod(0o711)
        server = stack.enter_context(embedded.running(state))
        os.environ |= {
            "DRESSFORM_DATABASE_URL": server.url(),
            "DRESSFORM_STATE_DIR": str(state),
            "BENCH_DSN": server.url().replace("+asyncpg", ""),
        }
        model_id = asyncio.run(_prepare())
        logged = stack.enter_context(_served("dressform.app:from_environment", {}))
        unlogged = stack.enter_context(_served("tests.bench.apps:unlogged", {}))
        base = f"http://127.0.0.1:{logged}"
        answer = httpx.post(f"{base}/v1/auth/login", json={"login": "bench", "password": PASSWORD})
        token = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        path = f"/v1/models/{model_id}"
        body = httpx.get(f"{base}{path}", headers=token).content
        asyncio.run(_copy_for_bare(os.environ["BENCH_DSN"], model_id, body))
        bare = stack.enter_context(_served("tests.bench.apps:bare", {}))
        for result in (
            _compare("access log on / off, /health/live", logged, unlogged, "/health/live", {}),
            _compare("access log on / off, reading a model", logged, unlogged, path, token),
            _compare("whole stack / bare asyncpg, reading a model", logged, bare, path, token),
        ):
            print(json.dumps(result))  # noqa: T201


if __name__ == "__main__":
    main()
