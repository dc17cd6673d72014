"""Attacks by bodies, heads and slow clients on a real server: each has a bound."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from fastapi import FastAPI, Request, Response

from dressform.api.body_limits import JSON_LIMIT
from dressform.http import body_limit
from dressform.runtime import connection_limit, deadlines
from tests.helpers.access_log import list_records
from tests.helpers.http_server import serve_app
from tests.helpers.openapi import operations
from tests.helpers.raw_http import GET, send_bytes, wait_for_records

PICTURES = {
    ("put", "/v1/profiles/me/picture"),
    ("put", "/v1/models/{model_id}/avatar"),
}
REPORT = ("post", "/v1/mail/bounces")
FILES = {("post", "/v1/models/import")}
SECURITY_HEADERS = (
    b"cache-control: no-store",
    b"content-security-policy: default-src 'none'; base-uri 'none'",
    b"x-content-type-options: nosniff",
    b"x-frame-options: deny",
    b"referrer-policy: no-referrer",
    b"cross-origin-resource-policy: same-site",
    b"x-request-id: ",
)


@pytest.fixture
async def port(app: FastAPI) -> AsyncIterator[int]:
    """Serve the application with an endpoint that reads a body, and one with a large response."""

    @app.post("/echo")
    async def echo(request: Request) -> int:
        return len(await request.body())

    @app.get("/large")
    async def send_large() -> Response:
        return Response(b"x" * 20_000_000)

    async with serve_app(app) as port:
        yield port


def make_head(method: str, path: str, *headers: str) -> bytes:
    lines = (f"{method} {path} HTTP/1.1", "Host: localhost", *headers, "", "")
    return "\r\n".join(lines).encode()


async def send_declared(port: int, method: str, path: str, length: int, media_type: str) -> bytes:
    """Declare a body, send nothing of it, and return the start of the response."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        make_head(method, path, f"Content-Type: {media_type}", f"Content-Length: {length}")
    )
    try:
        return await asyncio.wait_for(reader.read(4096), 0.5)
    except TimeoutError:
        return b""
    finally:
        writer.close()


@pytest.mark.parametrize("media_type", ["image/png", "image/x", "application/json", "text/xml"])
async def test_body_limit_is_that_of_the_path_for_any_content_type(
    port: int, media_type: str
) -> None:
    found = {}
    for operation in operations():
        if "requestBody" in operation.details:
            url = operation.path.replace("{model_id}", "019a0000-0000-7000-8000-000000000000")
            answer = await send_declared(port, operation.verb, url, JSON_LIMIT + 1, media_type)
            found[operation.verb.lower(), operation.path] = answer[9:12]

    larger = PICTURES | FILES
    assert {key for key, status in found.items() if status != b"413"} == larger | {REPORT}
    # These kinds are refused before their body is read: the request has no access token, or no signature.
    assert {found[key] for key in larger} == {b"401"}
    assert found[REPORT] == b"403"


async def test_budget_for_all_bodies_refuses_large_ones_and_serves_short_ones(
    app: FastAPI, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer = app.middleware_stack
    while not isinstance(layer, body_limit.BodyLimitMiddleware):
        layer = layer.app  # type: ignore[union-attr]
    monkeypatch.setattr(layer, "_free_bytes", 500_000)
    held = []
    for size in (240_000, 240_000, 80_000):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(make_head("POST", "/echo", "Content-Length: 250000") + b"x" * size)
        await writer.drain()
        held.append((reader, writer))
        await asyncio.sleep(0.2)
    short = await send_bytes(
        port, make_head("POST", "/echo", "Content-Length: 9", "Connection: close") + b"x" * 9
    )
    refused = await asyncio.wait_for(held[2][0].read(4096), 5)
    for _, writer in held:
        writer.close()
    await wait_for_records(app, 4)

    assert short.startswith(b"HTTP/1.1 200 ")
    assert refused.startswith(b"HTTP/1.1 503 ")
    assert b"retry-after: 5" in refused
    # What the others held is free again once they are gone.
    assert layer._free_bytes == 500_000


async def test_body_that_arrives_slowly_has_a_deadline_in_all(
    app: FastAPI, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each pause is short, but the body never ends."""
    monkeypatch.setattr(deadlines, "READ_TIMEOUT_SECONDS", 0.5)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(make_head("POST", "/echo", "Content-Length: 250000"))
    sent = 0
    while not reader.at_eof() and sent < 40:
        writer.write(b"x")
        sent += 1
        await asyncio.sleep(0.1)
        if writer.is_closing():
            break
    writer.close()

    assert sent < 20
    assert await wait_for_records(app, 1) == [("POST", 400)]


async def test_body_that_arrives_fast_enough_may_take_longer(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deadlines, "READ_TIMEOUT_SECONDS", 0.4)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(make_head("POST", "/echo", "Content-Length: 200000", "Connection: close"))
    for _ in range(10):
        writer.write(b"x" * 20_000)
        await asyncio.sleep(0.15)
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()

    assert answer.startswith(b"HTTP/1.1 200 ")


async def test_client_that_does_not_read_is_disconnected(
    app: FastAPI, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deadlines, "WRITE_TIMEOUT_SECONDS", 0.3)
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
    writer.transport.pause_reading()  # type: ignore[attr-defined]
    writer.write(make_head("GET", "/large"))
    await asyncio.sleep(1.5)
    writer.transport.resume_reading()  # type: ignore[attr-defined]
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await asyncio.wait_for(reader.readexactly(20_000_000), 5)
    writer.close()


async def test_client_that_reads_slowly_is_served(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deadlines, "WRITE_TIMEOUT_SECONDS", 0.3)
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=65_536)
    writer.write(make_head("GET", "/large", "Connection: close"))
    received = 0
    while piece := await asyncio.wait_for(reader.read(1_000_000), 5):
        received += len(piece)
        await asyncio.sleep(0.01)
    writer.close()

    assert received > 20_000_000


async def test_pipelined_requests_beyond_a_few_are_not_parsed(app: FastAPI, port: int) -> None:
    """A burst of them would be kept in memory, and keep the event loop busy for seconds."""
    answer = await send_bytes(port, GET * 5_000)

    assert 16 <= answer.count(b"HTTP/1.1 200 ") <= 18
    assert answer.rstrip().endswith(b"}")
    assert b"connection: close" in answer.rpartition(b"HTTP/1.1 ")[2]
    assert len(await list_records(app)) <= 18


async def test_a_few_pipelined_requests_are_all_answered(port: int) -> None:
    answer = await send_bytes(port, GET * 9 + GET[:-2] + b"Connection: close\r\n\r\n")

    assert answer.count(b"HTTP/1.1 200 ") == 10


@pytest.mark.parametrize(
    "chunk",
    [b"1\r\nx\r\n", b"1;" + b"e" * 200 + b"\r\nx\r\n", b"20\r\n" + b"x" * 32 + b"\r\n"],
    ids=["short", "extensions", "of 32 bytes"],
)
async def test_body_of_too_many_short_chunks_is_not_read_to_its_end(
    app: FastAPI, port: int, chunk: bytes
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(make_head("POST", "/echo", "Transfer-Encoding: chunked"))
    sent = 0
    with suppress(ConnectionError):
        while not reader.at_eof() and sent < 200_000:
            writer.write(chunk * 100)
            sent += 100
            await writer.drain()
            await asyncio.sleep(0)
    writer.close()

    assert sent < 100_000
    assert await wait_for_records(app, 1) == [("POST", 400)]


async def test_body_of_ordinary_chunks_is_read(port: int) -> None:
    chunk = b"100\r\n" + b"x" * 256 + b"\r\n"
    head = make_head("POST", "/echo", "Transfer-Encoding: chunked", "Connection: close")
    answer = await send_bytes(port, head + chunk * 1_000 + b"0\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.endswith(b"256000")


@pytest.mark.parametrize("pause", [0.0, 0.1], ids=["at once", "later"])
async def test_trailers_are_no_headers(app: FastAPI, pause: float) -> None:
    """Behind a proxy a client could write another address into the log, or a token into a request."""
    found: dict[str, str] = {}

    @app.post("/headers")
    async def read_headers(request: Request) -> int:
        await request.body()
        found.update(request.headers)
        return 1

    async with serve_app(app) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(make_head("POST", "/headers", "Transfer-Encoding: chunked", "X-One: head"))
        await asyncio.sleep(pause)
        writer.write(b"1\r\nx\r\n0\r\nX-One: trailer\r\nAuthorization: Bearer x\r\n\r\n")
        answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
        writer.close()

    assert answer.startswith(b"HTTP/1.1 200 ")
    assert found["x-one"] == "head"
    assert "authorization" not in found


async def test_probes_have_connections_of_their_own(
    app: FastAPI, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_limit, "max_connections", lambda: 40)
    held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(8)]
    await asyncio.sleep(0.1)
    other = await send_bytes(port, make_head("GET", "/v1/measurements"))
    probe = await send_bytes(port, GET[:-2] + b"Connection: close\r\n\r\n")
    for _, writer in held:
        writer.close()

    assert other.startswith(b"HTTP/1.1 503 ")
    assert b"retry-after: 5" in other
    assert probe.startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"garbage\r\n\r\n", 400),
        (b"GET /health/live HTTP/1.1\r\n\r\n", 400),
        (b"GET /health/live HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (b"GET /health/live HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (GET[:-2] + b"a: b\r\n" * 5_000 + b"\r\n", 431),
        (GET[:-2] + b"a: " + b"x" * 70_000 + b"\r\n\r\n", 431),
        (GET[:-2] + b"a: b\r\n" * 101 + b"\r\n", 431),
        (b"GET /health/live HTTP/2.0\r\n\r\n", 400),
        (b"GET /health/live HTTP/1.1\r\nHost: \r\n\r\n", 400),
        (b"GET /health/live HTTP/1.1\r\nHost: a b/<script>\r\n\r\n", 400),
        (make_head("GET", "/metrics#x"), 400),
        (make_head("POST", "/echo", "Transfer-Encoding: gzip, chunked"), 400),
        (make_head("GET", "/%6detrics"), 400),
        (make_head("GET", "/health%2Fretention"), 400),
        (make_head("GET", "/health%2fretention?x=%6d"), 400),
        (make_head("GET", "/v1/%6Dodels"), 400),
        (make_head("POST", "/v1/auth/login", "Content-Length: 300000"), 413),
    ],
)
async def test_every_refusal_has_the_security_headers_and_a_record(
    app: FastAPI, port: int, request_bytes: bytes, status: int
) -> None:
    answer = await send_bytes(port, request_bytes)
    head, _, body = answer.partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 %d " % status)
    for header in SECURITY_HEADERS:
        assert header in head.lower()
    assert json.loads(body)["status"] == status
    assert [record.status for record in await list_records(app)] == [status]


async def test_query_and_other_escapes_are_no_refusal(port: int) -> None:
    close = "Connection: close"
    escaped = await send_bytes(port, make_head("GET", "/v1/profiles/%C3%A9", close))
    query = await send_bytes(port, make_head("GET", "/v1/dataset?language=%66r", close))

    assert escaped.startswith(b"HTTP/1.1 401 ")
    assert query.startswith(b"HTTP/1.1 200 ")
