"""What the access log and the whole stack cost, against the same without them, in one run.

Servers and load run as processes of their own on one machine, so absolute numbers depend on it;
rounds alternate between the candidates, and medians of their ratios are given.
"""

import asyncio
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx

from dressform import embedded
from dressform.db.units import Units
from dressform.process import migrated, opened
from dressform.repositories.accounts import Accounts
from dressform.repositories.models import Models
from dressform.repositories.profiles import Profiles
from dressform.settings import load
from dressform.sewing.body import Body
from dressform.sewing.catalogue import CATALOGUE
from tests.bench.serving import CONNECTIONS, Asked, Call, compare, served
from tests.bench.shipping import shipping_rate

PASSWORD = "seven tailors measured twice"
MEASUREMENTS = {name: 100.5 + number for number, name in enumerate(CATALOGUE)} | {
    "shoulderSlope": 13.0
}


async def _member(units: Units) -> list[UUID]:
    """An account with as many models of every measurement as there are connections; their ids."""
    from dressform.crypto.passwords import Passwords  # noqa: PLC0415
    from dressform.crypto.secrets import timed_id  # noqa: PLC0415

    password_hash = await Passwords().hash(PASSWORD)
    body = Body(breasts=True, measurements=MEASUREMENTS)
    async with units.writing() as unit:
        owner = await Accounts(unit).add(
            timed_id(), email="bench@example.org", language="en", password_hash=password_hash
        )
        await Profiles(unit).add(owner, username="bench")
        models = [
            await Models(unit).add(owner, name=f"Bench {n}", body=body) for n in range(CONNECTIONS)
        ]
    return [model.id for model in models]


async def _prepare() -> list[UUID]:
    settings = load()
    await migrated(settings)
    async with opened(settings) as (units, _):
        return await _member(units)


def _visit(model_ids: list[UUID], token: Mapping[str, str]) -> Asked:
    """What a page does for a member who looks at their models and changes one."""
    model = "/v1/models/{own}"
    check = {"breasts": True, "unit": "cm", "measurements": {"neck": "38,5", "chest": 92}}
    calls = [
        Call("GET", "/v1/profiles/me"),
        Call("GET", "/v1/models"),
        Call("GET", model),
        Call("POST", "/v1/measurements/check", check),
        Call("PATCH", model, {"measurements": {"neck": "38,5 cm"}}),
        Call("GET", model),
        Call("GET", f"{model}/silhouette.svg"),
    ]
    return Asked(calls, token, owns=[str(model_id) for model_id in model_ids])


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
        model_ids = asyncio.run(_prepare())
        print(json.dumps(asyncio.run(_shipping(state))))  # noqa: T201
        for result in _served(stack, model_ids):
            print(json.dumps(result))  # noqa: T201


def _served(stack: ExitStack, model_ids: list[UUID]) -> Iterator[dict[str, Any]]:
    logged = stack.enter_context(served("dressform.app:from_environment", {}))
    unlogged = stack.enter_context(served("tests.bench.apps:unlogged", {}))
    yield compare("access log on / off, /health/live", logged, unlogged, Asked.get("/health/live"))
    base = f"http://127.0.0.1:{logged}"
    answer = httpx.post(f"{base}/v1/auth/login", json={"login": "bench", "password": PASSWORD})
    token = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    path = f"/v1/models/{model_ids[0]}"
    model = Asked.get(path, token)
    yield compare("access log on / off, reading a model", logged, unlogged, model)
    visit = _visit(model_ids, token)
    yield compare("access log on / off, a member's visit", logged, unlogged, visit)
    body = httpx.get(f"{base}{path}", headers=token).content
    asyncio.run(_copy_for_bare(os.environ["BENCH_DSN"], model_ids[0], body))
    bare = stack.enter_context(served("tests.bench.apps:bare", {}))
    yield compare("whole stack / bare asyncpg, reading a model", logged, bare, model)


async def _shipping(state: Path) -> dict[str, Any]:
    async with opened(load()) as (units, _):
        return await shipping_rate(units, os.environ["BENCH_DSN"], state / "shipping")


if __name__ == "__main__":
    main()
