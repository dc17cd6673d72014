"""A refusal of a large body can be read by every client, and makes the server wait only for a moment."""

import asyncio
import json
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI

from dressform.runtime import lingering_close
from tests.helpers.http_server import serve_app
from tests.helpers.members import MemberClient

MEGABYTE = 1024 * 1024
PICTURE, JSON = "/v1/profiles/me/picture", "/v1/auth/login"
NODE = shutil.which("node")

FETCH = """
const [url, token, bytes, chunked] = process.argv.slice(1)
const part = Buffer.alloc(65536), whole = Buffer.alloc(Number(bytes))
async function* parts() { for (let sent = 0; sent < bytes; sent += part.length) yield part }
const found = []
for (let i = 0; i < 10; i++) {
  try {
    const body = chunked === "chunked" ? parts() : whole
    const response = await fetch(url, {
      method: "PUT", body, duplex: "half",
      headers: {Authorization: `Bearer ${token}`, "Content-Type": "image/png"},
    })
    found.push([response.status, (await response.json()).type])
  } catch (error) { found.push([0, String(error.cause ?? error)]) }
}
console.log(JSON.stringify(found))
"""


@pytest.fixture
async def port(app: FastAPI) -> AsyncIterator[int]:
    async with serve_app(app) as port:
        yield port


def put_by_urllib(url: str, body: object, headers: dict[str, str]) -> tuple[int, str]:
    request = urllib.request.Request(url, data=body, method="PUT", headers=headers)  # type: ignore[arg-type]
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            return response.status, ""
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)["type"]


@pytest.mark.parametrize("framing", ["content-length", "chunked"])
@pytest.mark.parametrize(
    ("path", "megabytes"), [(PICTURE, 11), (PICTURE, 15), ("/v1/privacy/restriction", 11)]
)
async def test_urllib_reads_the_refusal_of_a_large_body_each_time(
    ada: MemberClient, port: int, path: str, megabytes: int, framing: str
) -> None:
    url = f"http://127.0.0.1:{port}{path}"
    body = bytes(megabytes * MEGABYTE)
    for _ in range(10):
        sent = iter([body[:MEGABYTE]] * megabytes) if framing == "chunked" else body
        found = await asyncio.to_thread(put_by_urllib, url, sent, ada.headers)
        assert found == (413, "/problems#too-large")


async def test_urllib_reads_a_refusal_without_a_token_each_time(port: int) -> None:
    """The body is not read; urllib asks for the connection to be closed."""
    url = f"http://127.0.0.1:{port}{PICTURE}"
    for _ in range(10):
        found = await asyncio.to_thread(put_by_urllib, url, bytes(9 * MEGABYTE), {})
        assert found == (401, "/problems#unauthenticated")


@pytest.mark.skipif(NODE is None, reason="Node.js is not installed here")
@pytest.mark.parametrize("framing", ["content-length", "chunked"])
async def test_fetch_of_node_reads_the_refusal_of_a_large_body_each_time(
    ada: MemberClient, port: int, framing: str
) -> None:
    assert NODE is not None
    process = await asyncio.create_subprocess_exec(
        *(NODE, "--input-type=module", "-e", FETCH),
        *(f"http://127.0.0.1:{port}{PICTURE}", ada.access_token),
        *(str(11 * MEGABYTE), framing),
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()

    assert json.loads(output) == [[413, "/problems#too-large"]] * 10


async def test_urllib_reads_the_refusal_of_long_headers_before_a_body(port: int) -> None:
    """The request is refused below the application."""
    headers = {f"X-{number}": "x" * 4000 for number in range(30)}
    for _ in range(5):
        found = await asyncio.to_thread(
            put_by_urllib, f"http://127.0.0.1:{port}{PICTURE}", bytes(2 * MEGABYTE), headers
        )
        assert found == (431, "/problems#headers-too-large")


async def refuse(port: int, length: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"POST {JSON} HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n"
    writer.write(head.encode())
    assert (await reader.read()).startswith(b"HTTP/1.1 413 ")  # up to the end of the stream
    return reader, writer


async def send_until_closed(writer: asyncio.StreamWriter, piece: bytes, pause: float) -> float:
    started = time.monotonic()
    try:
        while time.monotonic() - started < 10:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)
    except ConnectionError:
        pass
    return time.monotonic() - started


async def test_client_that_goes_on_sending_slowly_is_disconnected_soon(port: int) -> None:
    _, writer = await refuse(port, 10**9)

    assert await send_until_closed(writer, b"x", 0.05) < lingering_close.LINGER_SECONDS + 1


async def test_client_that_goes_on_sending_fast_is_disconnected_after_some_megabytes(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lingering_close, "LINGER_SECONDS", 60)
    monkeypatch.setattr(lingering_close, "LINGER_BYTES", MEGABYTE)
    _, writer = await refuse(port, 10**9)

    assert await send_until_closed(writer, bytes(65_536), 0) < 5


async def test_connection_is_closed_when_the_rest_of_the_body_has_arrived(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lingering_close, "LINGER_SECONDS", 60)
    _, writer = await refuse(port, 300_000)
    writer.write(bytes(300_000))
    writer.write(b"GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n")

    assert await send_until_closed(writer, b"x", 0.05) < 5
    assert not lingering_close._lingering


async def test_beyond_a_number_of_connections_they_are_closed_at_once(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lingering_close, "MAX_LINGERING", 2)
    monkeypatch.setattr(lingering_close, "LINGER_SECONDS", 5)
    held = [await refuse(port, 10**9) for _ in range(2)]
    _, writer = await refuse(port, 10**9)

    assert await send_until_closed(writer, b"x", 0.05) < 2
    assert len(lingering_close._lingering) == 2
    for _, each in held:
        each.close()


def test_linger_is_within_the_limits_of_a_body() -> None:
    """A refused client holds a connection no longer than one that sends a body slowly."""
    assert lingering_close.LINGER_SECONDS <= 2
    assert lingering_close.LINGER_BYTES <= 16 * MEGABYTE
