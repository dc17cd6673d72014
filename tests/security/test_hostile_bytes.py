"""Absurd headers, and what no well-behaved client would send over a connection."""

import asyncio
import logging
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from tests.helpers.http_server import serve_app
from tests.helpers.members import MemberClient
from tests.helpers.openapi import Operation, operations

MARK = b"kanarienvogel"
KNOWN_ID = "019a0000-0000-7000-8000-000000000000"

HEADERS = [
    (b"if-none-match", b"\xff\xfe" + MARK),
    (b"if-none-match", b'"a",' * 20_000),
    (b"cookie", b"dressform-refresh=\xff" + MARK),
    (b"cookie", b"dressform-refresh=" + MARK * 5000),
    (b"cookie", b";=;;==" * 1000),
    (b"origin", b"https://" + MARK + b".example\xff"),
    (b"origin", b"http://[" + MARK),
    (b"x-forwarded-for", MARK + b"<script>, 1.2.3.4"),
    (b"x-forwarded-for", b"," * 10_000),
    (b"x-request-id", MARK),
    (b"host", b"[" + MARK),
    (b"accept", b"application/" + MARK),
    (b"accept-language", b"\xff"),
    (b"content-length", b"9" * 5000),
    (b"content-length", b"-1"),
    (b"content-length", b"\xb2"),
    (b"range", b"bytes=9-1"),
    (b"traceparent", b"\xff" * 100),
]


@pytest.mark.parametrize("operation", operations(), ids=str)
async def test_absurd_headers_break_nothing(ada: MemberClient, operation: Operation) -> None:
    path = operation.path.format(
        model_id=KNOWN_ID,
        session_id=KNOWN_ID,
        username="nobody",
        name="none",
        edition="2027",
        file="people.csv",
    )
    for header in HEADERS:
        request = ada.client.build_request(operation.verb, path, headers=ada.headers)
        name = header[0].title()
        raw = [pair for pair in request.headers.raw if pair[0].lower() != header[0]]
        request.headers = httpx.Headers([*raw, (name, header[1])])

        response = await ada.client.send(request)

        # 431 is documented for all paths together.
        documented = operation.documented_statuses | {431}
        assert response.status_code in documented, (header, response.text)
        assert response.status_code < 500, header
        told = response.content + repr(response.headers).encode()
        assert MARK not in told, header


@pytest.fixture
async def port(app: FastAPI) -> AsyncIterator[int]:
    async with serve_app(app) as port:
        yield port


async def spoken(port: int, *parts: bytes) -> bytes:
    """All that comes back until the server closes, or has nothing more to say."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    heard = b""
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
        async with asyncio.timeout(2):
            while piece := await reader.read(65536):
                heard += piece
    except (TimeoutError, ConnectionError):
        pass
    writer.close()
    return heard


def request(path: str, *headers: str, body: bytes = b"") -> bytes:
    head = [f"POST {path} HTTP/1.1", "Host: localhost", "Content-Type: application/json", *headers]
    return "\r\n".join([*head, "", ""]).encode() + body


LOGIN = "/v1/auth/login"
TOO_MUCH = b"10000\r\n" + b"x" * 65536 + b"\r\n"


async def test_a_body_that_says_it_is_too_large_is_never_asked_for(port: int) -> None:
    heard = await spoken(port, request(LOGIN, "Content-Length: 9000000", "Expect: 100-continue"))

    assert heard.startswith(b"HTTP/1.1 413 ")
    assert b"100 Continue" not in heard
    assert b"/problems#too-large" in heard


async def test_a_body_of_fair_length_is_asked_for(port: int) -> None:
    body = b'{"login": "nobody", "password": "nothing"}'
    length = f"Content-Length: {len(body)}"

    heard = await spoken(port, request(LOGIN, length, "Expect: 100-continue"), body)

    assert heard.startswith(b"HTTP/1.1 100 Continue\r\n\r\n")
    assert b"HTTP/1.1 401 " in heard


async def test_pieces_beyond_the_limit_end_the_connection(
    port: int, caplog: pytest.LogCaptureFixture
) -> None:
    start = request(LOGIN, "Transfer-Encoding: chunked")

    heard = await spoken(port, start, *[TOO_MUCH] * 20)

    assert heard.count(b"HTTP/1.1 ") == 1
    assert heard.startswith(b"HTTP/1.1 413 ")
    assert b"application/problem+json" in heard
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


@pytest.mark.parametrize("path", [LOGIN, "/v1/auth/refresh", "/v1/auth/register"])
async def test_a_client_that_leaves_half_way_breaks_nothing(
    port: int, client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request(path, "Content-Length: 1000", body=b'{"login"'))
    await writer.drain()
    await asyncio.sleep(0.05)
    writer.transport.abort()
    await asyncio.sleep(0.05)

    assert (await client.get("/health/ready")).status_code == 200
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_a_picture_given_up_half_way_breaks_nothing(
    port: int, ada: MemberClient, caplog: pytest.LogCaptureFixture
) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    token = f"Authorization: Bearer {ada.access_token}"
    head = f"PUT /v1/profiles/me/picture HTTP/1.1\r\nHost: localhost\r\n{token}\r\n"
    writer.write(f"{head}Content-Type: image/png\r\nContent-Length: 100000\r\n\r\nPNG".encode())
    await writer.drain()
    await asyncio.sleep(0.1)
    writer.transport.abort()
    await asyncio.sleep(0.1)

    assert (await ada.request("GET", "/v1/profiles/me/picture")).status_code == 404
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


@pytest.mark.parametrize(
    "wire",
    [
        request(LOGIN, "Content-Length: " + "9" * 5000),
        request(LOGIN, "Content-Length: -1"),
        request(LOGIN, "Content-Length: 2", "Content-Length: 3", body=b"{}x"),
        request(LOGIN, "Content-Length: 2", "Transfer-Encoding: chunked", body=b"0\r\n\r\n"),
        request(LOGIN, "Transfer-Encoding: chunked", body=b"zz\r\n{}\r\n0\r\n\r\n"),
        request(LOGIN, "X-Odd: " + "x" * 200_000),
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /\x00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 500,
        b"\r\n" * 1000,
        b"GET http://[ HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ],
    ids=[
        "digits",
        "negative",
        "two",
        "both",
        "chunk",
        "header",
        "version",
        "NUL",
        "TLS",
        "empty",
        "absolute",
    ],
)
async def test_what_is_not_http_gets_no_more_than_a_refusal(
    port: int, client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture, wire: bytes
) -> None:
    heard = await spoken(port, wire)

    assert heard == b"" or heard.startswith((b"HTTP/1.1 4", b"HTTP/1.0 4")), heard[:300]
    assert heard == b"" or b"application/problem+json" in heard
    assert (await client.get("/health/ready")).status_code == 200
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
