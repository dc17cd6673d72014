"""A request that is never read to its end is logged with the visitor's address behind a proxy.

nginx 1.22 was seen to refuse by itself, or to wait for the rest of, all heads but those that hold a
control character in a value, or a method that the parser does not know.
"""

import asyncio
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI

from dressform.api.app import create_app
from dressform.runtime import deadlines
from dressform.settings.settings import Settings
from tests.conftest import MovableClock
from tests.helpers.access_log import list_records
from tests.helpers.http_server import serve_app
from tests.helpers.raw_http import send_bytes

VISITOR, FORGED, PROXY = "203.0.113.9", "198.51.100.66", "127.0.0.1"
LINE = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n"
FORWARDED = b"X-Forwarded-For: 198.51.100.66, 203.0.113.9\r\nConnection: close\r\nA: b\r\n"
"""As proxies pass it on: with other headers behind it, as the parser tells of it by then."""
POST = b"POST /health/live HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 198.51.100.66\r\n"


@pytest.fixture
async def behind(app: FastAPI, settings: Settings, clock: MovableClock) -> AsyncIterator[FastAPI]:
    """The application with every peer of this machine as a trusted proxy."""
    trusted = Settings(**settings.model_dump() | {"trusted_proxies": "127.0.0.0/8"})
    made = create_app(trusted, clock)
    async with made.router.lifespan_context(made):
        yield made


async def rows(app: FastAPI, count: int) -> list[tuple[str, int]]:
    """Address and status of what never became a request, once there are as many rows."""
    async with asyncio.timeout(5):
        while len(await list_records(app)) < count:
            await asyncio.sleep(0.02)
    found = await list_records(app)
    return [(str(record.address), record.status) for record in found if record.method == "OTHER"]


@pytest.mark.parametrize(
    "rest",
    [
        b"Bad Header\r\n\r\n",
        b"\x00\r\n\r\n",
        b": no name\r\n\r\n",
        b"Content-Length: many\r\n\r\n",
        b"X-Nul: a\x00b\r\n\r\n",
        b"X-Control: a\x01b\r\n\r\n",
        b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
    ids=[
        "no colon",
        "nul",
        "no name",
        "a length",
        "nul in a value",
        "a control character",
        "two lengths",
    ],
)
@pytest.mark.parametrize("in_pieces", [False, True], ids=["at once", "in pieces"])
async def test_malformed_request_behind_proxy_has_visitors_address(
    behind: FastAPI,
    rest: bytes,
    in_pieces: bool,  # noqa: FBT001
) -> None:
    async with serve_app(behind) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for piece in (LINE, FORWARDED, rest) if in_pieces else (LINE + FORWARDED + rest,):
            writer.write(piece)
            await asyncio.sleep(0.05)
        assert (await asyncio.wait_for(reader.read(), 5)).startswith(b"HTTP/1.1 400 ")
        writer.close()

        assert await rows(behind, 1) == [(VISITOR, 400)]


@pytest.mark.parametrize(
    "head",
    [
        b"GARBAGE\r\n" + FORWARDED + b"\r\n",
        LINE.replace(b"GET", b"BREW") + FORWARDED + b"\r\n",
        LINE + b"Bad Header\r\n" + FORWARDED + b"\r\n",
        LINE + b"X-Forwarded-For: 203.0.113.9\x00\r\n\r\n",
        LINE + b" X-Forwarded-For: 203.0.113.9\r\n\x00\r\n",
    ],
    ids=[
        "no request",
        "an unknown method",
        "below what is malformed",
        "itself malformed",
        "a continuation",
    ],
)
async def test_malformed_request_whose_header_was_not_read_has_the_proxys(
    behind: FastAPI, head: bytes
) -> None:
    async with serve_app(behind) as port:
        assert (await send_bytes(port, head)).startswith(b"HTTP/1.1 400 ")
        assert await rows(behind, 1) == [(PROXY, 400)]


@pytest.mark.parametrize("status", [408, 431, 499])
async def test_head_that_never_ends_behind_proxy_has_visitors_address(
    behind: FastAPI, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    monkeypatch.setattr(deadlines, "READ_TIMEOUT_SECONDS", 0.3)
    head = LINE + FORWARDED + (b"a: b\r\n" * 20_000 if status == 431 else b"")
    async with serve_app(behind) as port:
        await send_bytes(port, head, wait=status != 499)
        assert await rows(behind, 1) == [(VISITOR, status)]


async def test_half_an_address_is_none(behind: FastAPI) -> None:
    async with serve_app(behind) as port:
        await send_bytes(port, LINE + b"X-Forwarded-For: 203.0.113.9", wait=False)
        assert await rows(behind, 1) == [(PROXY, 499)]


async def test_header_of_the_request_before_is_not_used(behind: FastAPI) -> None:
    """A proxy's connection carries one visitor's request after another's."""
    before = LINE + b"X-Forwarded-For: 198.51.100.66\r\n\r\n"
    async with serve_app(behind) as port:
        await send_bytes(port, before + b"GARBAGE\r\n\r\n")
        assert await rows(behind, 2) == [(PROXY, 400)]


async def test_body_that_looks_like_a_head_is_not_read_as_one(behind: FastAPI) -> None:
    fake = b"GET / HTTP/1.1\r\nX-Forwarded-For: 192.0.2.1\r\n"
    head = POST + b"Content-Length: %d\r\n\r\n" % (len(fake) + 1)
    async with serve_app(behind) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for piece in (head + b"x", fake + LINE + FORWARDED + b"A: b\r\nBad Header\r\n\r\n"):
            writer.write(piece)
            await asyncio.sleep(0.1)
        await asyncio.wait_for(reader.read(), 5)
        writer.close()
        assert await rows(behind, 2) == [(VISITOR, 400)]


async def test_malformed_request_of_a_stranger_has_the_strangers_address(app: FastAPI) -> None:
    async with serve_app(app) as port:
        await send_bytes(port, LINE + FORWARDED + b"Bad Header\r\n\r\n")
        assert await rows(app, 1) == [(PROXY, 400)]
