"""What only a real server can show: connections that break, and bytes that are no request."""

import asyncio
import json
from collections.abc import AsyncIterator
from http import HTTPStatus

import pytest
from fastapi import FastAPI

from tests.helpers.access_log import list_records
from tests.helpers.http_server import serve_app
from tests.helpers.raw_http import GET, POST, send_bytes, wait_for_records


@pytest.fixture
async def port(app: FastAPI) -> AsyncIterator[int]:
    """The application on a port of its own; the fixture `app` has its lifespan."""

    @app.get("/slow")
    async def slow() -> None:
        await asyncio.sleep(0.3)

    async with serve_app(app) as port:
        yield port


async def test_each_of_a_connection_has_its_row(app: FastAPI, port: int) -> None:
    close = GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    answer = await send_bytes(port, GET + GET + close)

    assert answer.count(b"HTTP/1.1 200 OK") == 3
    assert await wait_for_records(app, 3) == [("GET", 200)] * 3


@pytest.mark.parametrize(
    "unfinished",
    [
        POST + b"Content-Length: 100\r\n\r\n" + b'{"login":',
        POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"5\r\nhello\r\n",
        POST + b"Content-Length: 5\r\n\r\n",
        b"PUT /v1/profiles/me/picture HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\n"
        b"Content-Length: 5000000\r\n\r\n" + b"x" * 100_000,
    ],
)
async def test_a_body_that_never_ends(app: FastAPI, port: int, unfinished: bytes) -> None:
    await send_bytes(port, unfinished, wait=False)

    ((method, status),) = await wait_for_records(app, 1)
    assert method == unfinished[: len(method)].decode()
    assert 400 <= status < 500


async def test_a_broken_chunk_in_a_body(app: FastAPI, port: int) -> None:
    await send_bytes(port, POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"zzz\r\n")

    assert [method for method, _ in await wait_for_records(app, 1)] == ["POST"]


async def test_a_client_that_goes_before_its_answer(app: FastAPI, port: int) -> None:
    await send_bytes(port, GET.replace(b"/health/live", b"/slow"), wait=False)

    assert await wait_for_records(app, 1) == [("GET", HTTPStatus.OK)]


async def test_a_client_that_goes_in_the_middle_of_its_answer(app: FastAPI, port: int) -> None:
    """An answer too large for the buffers of a connection that nobody reads."""

    @app.get("/large")
    async def large() -> dict[str, str]:
        return {"text": "x" * 20_000_000}

    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(GET.replace(b"/health/live", b"/large"))
    await asyncio.sleep(0.3)
    writer.transport.abort()

    assert await wait_for_records(app, 1) == [("GET", HTTPStatus.OK)]


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # TLS where none is spoken
        b"GARBAGE\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /health/live HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"GET /health/live HTTP/1.1\r\nHost : ada@example.org\r\n\r\n",
    ],
)
async def test_bytes_that_are_no_request(app: FastAPI, port: int, garbage: bytes) -> None:
    answer = await send_bytes(port, garbage)
    head, _, body = answer.partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"application/problem+json" in head
    assert json.loads(body)["status"] == 400
    (record,) = await list_records(app)
    assert (record.method, record.route, record.status) == ("OTHER", "(none)", 400)
    assert json.loads(body)["instance"] == f"urn:uuid:{record.request_id}"


async def test_garbage_after_a_request_has_a_row_of_its_own(app: FastAPI, port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(GET)
    assert b"live" in await reader.readuntil(b"}")
    writer.write(b"GARBAGE\r\n\r\n")
    assert b" 400 " in await reader.read()
    writer.close()

    assert sorted(await wait_for_records(app, 2)) == [("GET", 200), ("OTHER", 400)]


async def test_a_connection_without_a_request_has_none(app: FastAPI, port: int) -> None:
    await send_bytes(port, b"", wait=False)

    assert await wait_for_records(app, 0) == []


async def test_a_request_that_is_cut_off_before_its_headers_end(app: FastAPI, port: int) -> None:
    await send_bytes(port, GET[:30], wait=False)

    assert await wait_for_records(app, 1) == [("OTHER", 499)]
