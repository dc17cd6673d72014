"""Every operation of the OpenAPI document, beside fastapi-users in the same run, as a table.

`python -m tests.bench.operations read_model list_models` measures some operations only.
"""

import asyncio
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager

import asyncpg
import httpx

from dressform.db import embedded
from tests.bench import table
from tests.bench.load import Request
from tests.bench.members import Members, opened_members
from tests.bench.peers.running import Peer, running_peer
from tests.bench.prepared import PREPARED, Prepared
from tests.bench.prepared.preparing import Sequences
from tests.bench.rounds import CONNECTIONS, Rounds, Subject
from tests.bench.serving import Server, running_app, running_database, running_service
from tests.helpers.openapi import Operation, operations

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "0.8"))


def choose(names: Sequence[str], prepared: Mapping[str, Prepared] = PREPARED) -> list[Operation]:
    """Return the named operations, or all. Exit when there is no such one, or no request for one."""
    found = {operation.id: operation for operation in operations()}
    if unknown := [name for name in names if name not in found]:
        sys.exit(f"No such operation: {', '.join(unknown)}.")
    if missing := [f"{name} ({found[name]})" for name in found if name not in prepared]:
        sys.exit(f"No request is prepared in tests/bench/prepared for {', '.join(missing)}.")
    return [found[name] for name in names] or list(found.values())


def _subject_of(operation: Operation, service: Server) -> Subject:
    prepared = PREPARED[operation.id]
    is_change = operation.verb not in {"GET", "HEAD"} and not prepared.only_reads
    return Subject(f"`{operation.id}` `{operation}`", service, prepared, is_change)


def _subjects_of(peer: Peer) -> Iterator[Subject]:
    async def reads(_: Members, number: int) -> Sequences:
        return peer.reads(number)

    async def changes(_: Members, number: int) -> Sequences:
        return peer.changes(number)

    yield Subject("fastapi-users `GET /users/me`", peer.server, Prepared(reads), is_change=False)
    yield Subject("fastapi-users `PATCH /users/me`", peer.server, Prepared(changes), is_change=True)


@contextmanager
def _bare_handler(
    database: embedded.Server, runner: asyncio.Runner, service: Server, members: Members
) -> Iterator[Subject]:
    dsn = database.url().replace("+asyncpg", "")
    path = runner.run(_copy_model(dsn, service, members))

    async def make(_: Members, number: int) -> Sequences:
        return [[Request("GET", path)]] * number

    prepared = Prepared(make, note="the bytes of `read_model` by one query of asyncpg")
    with running_app("tests.bench.apps:bare", {"BENCH_DSN": dsn}) as server:
        yield Subject("a bare Starlette handler", server, prepared, is_change=False)


async def _copy_model(dsn: str, service: Server, members: Members) -> str:
    """Store the bytes of an answer for the bare handler; return its path there."""
    (member,) = await members.add(1, models=1)
    path = f"/v1/models/{member.models[0]}"
    async with httpx.AsyncClient(headers=member.headers) as client:
        answer = (await client.get(service.url(path))).raise_for_status()
    connection = await asyncpg.connect(dsn)
    await connection.execute("CREATE TABLE bench_model (id uuid PRIMARY KEY, body bytea)")
    await connection.execute(
        "INSERT INTO bench_model VALUES ($1, $2)", member.models[0], answer.content
    )
    await connection.close()
    return path


def main() -> None:
    chosen = choose(sys.argv[1:])
    with ExitStack() as stack:
        database = stack.enter_context(running_database())
        runner = stack.enter_context(asyncio.Runner())
        members = stack.enter_context(opened_members(runner))
        service = stack.enter_context(running_service())
        peer = stack.enter_context(running_peer(database, users=CONNECTIONS))
        subjects = [_subject_of(operation, service) for operation in chosen]
        if len(chosen) == len(PREPARED):
            bare = _bare_handler(database, runner, service, members)
            subjects = [*_subjects_of(peer), stack.enter_context(bare), *subjects]
        rounds = Rounds(runner, members, peer, database.pid, SECONDS)
        print(table.head(table.COLUMNS), flush=True)  # noqa: T201
        for subject in subjects:
            print(table.row_of(subject, rounds.measure(subject, ROUNDS)), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
