"""Connections that ask too much, too slowly, or for another protocol: each request has its row."""

import asyncio
import logging
import socket
import struct
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI, Request

from dressform.runtime import connection_limit, deadlines
from tests.helpers.access_log import list_records
from tests.helpers.http_server import serve_app
from tests.helpers.raw_http import GET, POST, send_bytes, wait_for_records

ECHO = b"POST /echo HTTP/1.1\r\nHost: localhost\r\n"
UPGRADE = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.fixture
async def port(app: FastAPI) -> AsyncIterator[int]:
    """The application on a port of its own, with an endpoint that takes its time and one that hears."""

    @app.get("/slow")
    async def slow() -> None:
        await asyncio.sleep(0.3)

    @app.post("/echo")
    async def echo(request: Request) -> str:
        return (await request.body()).decode()

    async with serve_app(app) as port:
        yield port


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadlines, "READ_TIMEOUT_SECONDS", 0.3)


def reset(port: int, said: bytes) -> None:
    """Says it and is gone before anybody took the connection: its socket has no peer then."""
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(said)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


async def test_whoever_has_no_address_any_more_is_not_served(app: FastAPI, port: int) -> None:
    asked = []

    @app.get("/asked")
    async def ask() -> None:
        asked.append(1)

    for _ in range(5):
        reset(port, GET.replace(b"/health/live", b"/asked"))  # Our loop takes nobody meanwhile.
    await asyncio.sleep(0.3)

    assert asked == []
    assert await list_records(app) == []


async def test_a_body_behind_an_upgrade_is_a_body(app: FastAPI, port: int) -> None:
    """As `curl --http2` sends it. Read as a request of its own it could be anybody's."""
    head = ECHO + UPGRADE + b"Content-Length: %d\r\n\r\n" % len(GET)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head)
    await asyncio.sleep(0.1)
    writer.write(GET + GET)
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()

    assert answer.count(b"HTTP/1.1 ") == 1
    assert b"connection: close" in answer
    assert b"GET /health/live HTTP/1.1" in answer
    assert await wait_for_records(app, 1) == [("POST", 200)]


@pytest.mark.parametrize("body", [b"5\r\nhello\r\n0\r\n\r\n", b"0\r\n\r\n"], ids=["some", "none"])
async def test_a_chunked_body_behind_an_upgrade(app: FastAPI, port: int, body: bytes) -> None:
    answer = await send_bytes(port, ECHO + UPGRADE + CHUNKED + body + GET)

    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.endswith(b'"hello"' if b"hello" in body else b'""')
    assert await wait_for_records(app, 1) == [("POST", 200)]


async def test_an_upgrade_without_a_body(
    app: FastAPI, port: int, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await send_bytes(port, GET[:-2] + UPGRADE + b"\r\n" + b"PRI * HTTP/2.0")

    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"connection: close" in answer
    assert await wait_for_records(app, 1) == [("GET", 200)]
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


@pytest.mark.parametrize("before", [1, 3])
async def test_garbage_behind_requests_ends_the_connection_after_their_responses(
    app: FastAPI, port: int, before: int
) -> None:
    """A refusal would be taken for the response to the first of them. Each has its row."""
    answer = await send_bytes(
        port, GET.replace(b"/health/live", b"/slow") * before + b"GARBAGE\r\n\r\n"
    )

    assert answer.count(b"HTTP/1.1 200 ") == before
    assert answer.count(b"HTTP/1.1 ") == before
    rows = [*[("GET", 200)] * before, ("OTHER", 400)]
    assert sorted(await wait_for_records(app, before + 1)) == rows


async def test_garbage_in_a_body_that_was_answered_already(app: FastAPI, port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(POST.replace(b"/v1/auth/login", b"/nothing") + CHUNKED)
    await reader.readuntil(b"}")
    writer.write(b"zz\r\n")
    rest = await asyncio.wait_for(reader.read(), 5)
    writer.close()

    assert rest == b""
    assert await wait_for_records(app, 1) == [("POST", 404)]


async def test_those_that_waited_behind_one_that_broke_off_have_rows(
    app: FastAPI, port: int
) -> None:
    slow = GET.replace(b"/health/live", b"/slow")
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(slow + GET + GET)
    await asyncio.sleep(0.1)
    writer.transport.abort()

    found = await wait_for_records(app, 3)
    assert sorted(found)[1:] == [("GET", 499)] * 2


@pytest.mark.parametrize(
    "endless",
    [
        GET[:-2] + b"a:b\r\n" * 20_000,
        GET[:-2] + b"X-Endless: " + b"x" * 100_000,
        b"GET /" + b"x" * 100_000,
    ],
    ids=["headers", "a-header", "a-path"],
)
async def test_a_head_has_its_bounds(app: FastAPI, port: int, endless: bytes) -> None:
    answer = await send_bytes(port, endless)

    assert answer.startswith(b"HTTP/1.1 431 ")
    assert b"/problems#headers-too-large" in answer
    assert await wait_for_records(app, 1) == [("OTHER", 431)]


async def test_so_have_trailers(app: FastAPI, port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(POST.replace(b"/v1/auth/login", b"/nothing") + CHUNKED)
    await reader.readuntil(b"}")
    writer.write(b"0\r\n" + b"a:b\r\n" * 20_000)

    assert await asyncio.wait_for(reader.read(), 5) == b""
    writer.close()
    assert await wait_for_records(app, 1) == [("POST", 404)]


async def test_a_body_of_many_pieces_is_no_large_head(app: FastAPI, port: int) -> None:
    pieces = b"3e8\r\n%b\r\n" % (b"x" * 1000) * 200
    answer = await send_bytes(
        port, ECHO + b"Connection: close\r\n" + CHUNKED + pieces + b"0\r\n\r\n"
    )

    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.endswith(b"x" * 200_000 + b'"')


@pytest.mark.usefixtures("impatient")
async def test_a_head_that_does_not_come_in_time(app: FastAPI, port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for byte in GET[:4]:
        writer.write(bytes([byte]))
        await asyncio.sleep(0.05)
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()

    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"/problems#request-timeout" in answer
    assert await wait_for_records(app, 1) == [("OTHER", 408)]


@pytest.mark.usefixtures("impatient")
async def test_a_body_that_does_not_come_in_time(app: FastAPI, port: int) -> None:
    answer = await send_bytes(port, ECHO + b"Content-Length: 10\r\n\r\nhello")

    assert answer == b""
    assert await wait_for_records(app, 1) == [("POST", 400)]


@pytest.mark.usefixtures("impatient")
async def test_who_says_nothing_is_shown_out(app: FastAPI, port: int) -> None:
    assert await send_bytes(port, b"") == b""
    assert await wait_for_records(app, 0) == []


@pytest.mark.usefixtures("impatient")
async def test_an_answer_may_take_its_time(app: FastAPI, port: int) -> None:
    """Only the client's own delays count."""

    @app.get("/slower")
    async def slower() -> None:
        await asyncio.sleep(1)

    close = b"Connection: close\r\n\r\n"
    answer = await send_bytes(port, GET.replace(b"/health/live", b"/slower")[:-2] + close)

    assert answer.startswith(b"HTTP/1.1 200 ")


async def test_no_more_connections_than_there_are_files_for(
    app: FastAPI, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_limit, "max_connections", lambda: 3)
    idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
    await asyncio.sleep(0.1)
    answer = await send_bytes(port, GET)
    idle[0][1].close()
    await asyncio.sleep(0.1)
    then = await send_bytes(port, GET[:-2] + b"Connection: close\r\n\r\n")
    for _, writer in idle:
        writer.close()

    assert answer.startswith(b"HTTP/1.1 503 ")
    assert b"retry-after: 5\r\n" in answer
    assert then.startswith(b"HTTP/1.1 200 ")
    assert sorted(await wait_for_records(app, 2)) == [("GET", 200), ("OTHER", 503)]
