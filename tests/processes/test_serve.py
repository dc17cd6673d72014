"""`dressform serve`: several processes, and its end while requests are under way."""

import asyncio
import os
import signal
import socket
import struct
import time
from http import HTTPStatus
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from dressform.access_log.middleware import CLIENT_CLOSED_REQUEST
from dressform.bootstrap import bootstrap
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.settings.settings import Settings
from tests.helpers.access_log import as_log_role
from tests.helpers.cli import environment
from tests.helpers.databases import isolated_database
from tests.processes.running import (
    Command,
    children_of,
    command,
    is_live,
    read_address,
    serve_environment,
    wait_until,
)

pytestmark = pytest.mark.slow

UNFINISHED = (
    b"POST /v1/auth/refresh HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b"Connection: close\r\nContent-Length: 101\r\n\r\n"
)
REST = b'{"refresh_token": "%b"}' % (b"x" * 80)


async def logged(settings: Settings) -> dict[int, int]:
    """How many requests were recorded, by status."""
    async with bootstrap(settings) as (uows, _), as_log_role(uows) as uow:
        rows = await uow.connection.execute(
            text("SELECT status, count(DISTINCT request_id) FROM access_log GROUP BY 1")
        )
        return {status: count for status, count in rows}  # noqa: C416


async def ends(serve: Command) -> tuple[int, float]:
    """Its exit code, and the seconds that it took."""
    began = time.monotonic()
    return await asyncio.to_thread(serve.ends, 20), time.monotonic() - began


async def begin(base: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A request under way: half of it is sent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(base.rpartition(":")[2]))
    writer.write(UNFINISHED + REST[:20])
    await writer.drain()
    return reader, writer


async def test_requests_under_way_finish_after_sigterm(isolated_settings: Settings) -> None:
    with command("serve", environment=serve_environment(isolated_settings)) as serve:
        base = await read_address(serve)
        under_way = [await begin(base) for _ in range(20)]
        await asyncio.sleep(0.3)
        serve.signal(signal.SIGTERM)
        await asyncio.sleep(0.5)
        assert not is_live(base)
        for _, writer in under_way:
            writer.write(REST[20:])
        answers = [await reader.read() for reader, _ in under_way]
        for _, writer in under_way:
            writer.close()
        code, seconds = await ends(serve)

    assert {answer.split(b" ", 2)[1] for answer in answers} == {b"401"}
    assert code == 0, serve.output
    assert seconds < 10
    assert await logged(isolated_settings) == {401: 20}
    assert list((isolated_settings.state_dir / "spool").iterdir()) == []


async def test_a_request_that_never_ends_does_not_keep_it(isolated_settings: Settings) -> None:
    with command("serve", environment=serve_environment(isolated_settings)) as serve:
        base = await read_address(serve)
        _, writer = await begin(base)
        await asyncio.sleep(0.3)
        serve.signal(signal.SIGTERM)
        code, seconds = await ends(serve)
        writer.close()

    assert code == 0, serve.output
    assert 4 < seconds < 10
    assert await logged(isolated_settings) == {CLIENT_CLOSED_REQUEST: 1}


@pytest.mark.parametrize("workers", [1, 2])
async def test_sigterm_under_load(isolated_settings: Settings, workers: int) -> None:
    """Every answer that a client got has its row; nothing is left in a file."""
    answered = 0

    async def ask(client: httpx.AsyncClient) -> None:
        nonlocal answered
        while True:
            try:
                response = await client.get("/v1/measurements")
            except httpx.TransportError:
                return
            assert response.status_code == 200
            answered += 1

    with command(
        "serve", "--workers", str(workers), environment=serve_environment(isolated_settings)
    ) as serve:
        base = await read_address(serve)
        async with httpx.AsyncClient(base_url=base, timeout=15) as client:
            wait_until(lambda: is_live(base))
            load = [asyncio.create_task(ask(client)) for _ in range(16)]
            await asyncio.sleep(1.5)
            serve.signal(signal.SIGTERM)
            code, seconds = await ends(serve)
            await asyncio.wait_for(asyncio.gather(*load), 15)

    assert code == 0, serve.output
    assert seconds < 10
    recorded = await logged(isolated_settings)
    assert recorded.keys() == {200}
    assert answered > 50
    # One for each that asked whether it is live; and an answer may have been cut off on its way.
    assert answered + 1 <= recorded[200] <= answered + 17
    assert list((isolated_settings.state_dir / "spool").iterdir()) == []


async def test_two_processes_share_the_work(isolated_settings: Settings) -> None:
    with command(
        "serve", "--workers", "2", environment=serve_environment(isolated_settings)
    ) as serve:
        base = await read_address(serve)
        wait_until(lambda: is_live(base))
        spools = isolated_settings.state_dir / "spool"
        wait_until(lambda: len(list(spools.glob("*.spool"))) == 4)  # Each has two.
        processes = children_of(serve.process.pid, "dressform serve")
        assert len(processes) == 2
        async with httpx.AsyncClient(
            base_url=base, limits=httpx.Limits(max_keepalive_connections=0)
        ) as client:
            answers = await asyncio.gather(*(client.get("/v1/measurements") for _ in range(200)))
        assert {answer.status_code for answer in answers} == {200}
        os.kill(processes[0], signal.SIGKILL)
        wait_until(
            lambda: (
                len(set(children_of(serve.process.pid, "dressform serve")) - {processes[0]}) == 2
            )
        )
        serve.signal(signal.SIGTERM)
        code, _ = await ends(serve)

    assert code == 0, serve.output
    assert "Traceback" not in serve.output


async def test_several_processes_end_with_the_one_that_started_them(
    isolated_settings: Settings,
) -> None:
    with command(
        "serve", "--workers", "2", environment=serve_environment(isolated_settings)
    ) as serve:
        base = await read_address(serve)
        wait_until(lambda: is_live(base))
        processes = children_of(serve.process.pid, "dressform serve")
        serve.signal(signal.SIGKILL)
        await ends(serve)
        wait_until(lambda: not any(Path(f"/proc/{pid}/cmdline").exists() for pid in processes), 12)

    assert not is_live(base)
    assert list((isolated_settings.state_dir / "spool").iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_worker_ends_at_once(isolated_settings: Settings, number: signal.Signals) -> None:
    with command("worker", environment=environment(isolated_settings)) as worker:
        said = await asyncio.to_thread(worker.says, r"working: (.*)\n")
        assert (
            said
            == f"a run at once and every 0:05:00, mail into {isolated_settings.state_dir / 'mail'}"
        )
        async with bootstrap(isolated_settings) as (uows, _):
            async with asyncio.timeout(20):
                while not await _rounds(uows):
                    await asyncio.sleep(0.05)
        worker.signal(number)
        code, seconds = await ends(worker)

    assert code == 0, worker.output
    assert seconds < 5
    assert "Traceback" not in worker.output


async def _rounds(uows: UnitOfWorkFactory) -> int:
    uow = uows.read()
    counted = text("SELECT count(*) FROM retention_run WHERE finished_at IS NOT NULL")
    return int((await uow.connection.execute(counted)).scalar_one())


async def test_a_database_without_tables_is_told(settings: Settings) -> None:
    async with isolated_database(settings) as empty:
        for verb in ("serve", "worker", "retention"):
            with command(verb, environment=serve_environment(empty)) as running:
                code, _ = await ends(running)
            assert code == 1
            assert running.output == (
                "dressform: The database has no tables of this version: run `dressform migrate` "
                "first.\n"
            )


@pytest.mark.parametrize("workers", ["1", "2"])
async def test_a_folder_that_takes_no_files_is_told(
    isolated_settings: Settings, workers: str
) -> None:
    (isolated_settings.state_dir / "spool").write_text("in the way")
    with command(
        "serve", "--workers", workers, environment=serve_environment(isolated_settings)
    ) as serve:
        code, _ = await ends(serve)

    assert code == 1
    assert serve.output == (
        f"dressform: The access log can't be kept in {isolated_settings.state_dir / 'spool'} (File exists): let "
        "the service write there, make room, or set DRESSFORM_STATE_DIR to another folder.\n"
    )


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://u:s3cr3t@127.0.0.1:1/db", "The database can't be reached"),
        ("postgresql://u:s3cr3t@nowhere.invalid/db", "The database can't be reached"),
        ("postgresql://u:s3cr3t@/db?host=/nowhere", "The database can't be reached"),
        ("postgresql://u:s3cr3t@/db?host=/nowhere&colour=red", "Setting refused: DRESSFORM_DATA"),
    ],
)
async def test_a_database_that_is_not_there_is_told(
    settings: Settings, url: str, said: str
) -> None:
    for verb in ("serve", "migrate"):
        with command(
            verb, environment=serve_environment(settings) | {"DRESSFORM_DATABASE_URL": url}
        ) as running:
            code, _ = await ends(running)
        assert code == 1
        assert running.output.startswith(f"dressform: {said}")
        assert running.output.count("\n") == 1
        assert "s3cr3t" not in running.output


async def test_those_killed_while_they_start_are_started_again(isolated_settings: Settings) -> None:
    with command(
        "serve", "--workers", "2", environment=serve_environment(isolated_settings)
    ) as serve:
        wait_until(lambda: len(children_of(serve.process.pid, "dressform serve")) == 2)
        killed = children_of(serve.process.pid, "dressform serve")
        for process in killed:
            os.kill(process, signal.SIGKILL)
        await asyncio.to_thread(serve.says, r"(?s)(serve ended with -9: again in 0\.5 s.*){2}")
        base = await read_address(serve)
        wait_until(lambda: is_live(base))
        serve.signal(signal.SIGTERM)
        code, _ = await ends(serve)

    assert code == 0, serve.output


async def test_one_that_keeps_dying_is_started_ever_later(isolated_settings: Settings) -> None:
    """And said so, while the other one answers."""
    with command(
        "serve", "--workers", "2", environment=serve_environment(isolated_settings)
    ) as serve:
        base = await read_address(serve)
        wait_until(lambda: is_live(base))
        wait_until(lambda: len(children_of(serve.process.pid, "dressform serve")) == 2)
        steady, dying = children_of(serve.process.pid, "dressform serve")
        for pause in ("0.5", "1.0", "2.0"):
            os.kill(dying, signal.SIGKILL)
            await asyncio.to_thread(serve.says, rf"serve ended with -9: again in {pause} s")
            wait_until(lambda: is_live(base))
            wait_until(lambda: len(children_of(serve.process.pid, "dressform serve")) == 2)
            (dying,) = set(children_of(serve.process.pid, "dressform serve")) - {steady}
        serve.signal(signal.SIGTERM)
        code, _ = await ends(serve)

    assert code == 0, serve.output


async def test_a_client_that_resets_its_connection_leaves_no_word_in_the_log(
    isolated_settings: Settings,
) -> None:
    """Not even when an answer is due: that its request does not fit is told to nobody."""
    body = b'{"email": "canary@example.org", "password": "kanarienvogel"}'
    said = b"POST /v1/auth/register HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    said += b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
    said += b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"
    with command("serve", environment=serve_environment(isolated_settings)) as serve:
        base = await read_address(serve)
        wait_until(lambda: is_live(base))
        before = serve.output
        for n in range(40):
            with socket.create_connection(("127.0.0.1", httpx.URL(base).port)) as client:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                client.sendall(said)
                await asyncio.sleep(n / 10_000)  # At once it would not even be served.
        async with asyncio.timeout(20):
            while (await logged(isolated_settings)).get(HTTPStatus.UNPROCESSABLE_ENTITY, 0) < 10:
                await asyncio.sleep(0.1)
        said_meanwhile = serve.output.removeprefix(before)
        serve.signal(signal.SIGTERM)
        await ends(serve)

    assert said_meanwhile == ""
