"""Every request leaves exactly one row, whatever becomes of it."""

import asyncio
from ipaddress import ip_address
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from sqlalchemy import text
from starlette.types import Message, Receive

from dressform.access_log.middleware import CLIENT_CLOSED_REQUEST, UNMATCHED
from dressform.api.app import create_app
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.settings.settings import Settings
from tests.conftest import MovableClock
from tests.helpers.access_log import as_log_role, list_records
from tests.helpers.databases import transaction
from tests.helpers.images import make_image
from tests.helpers.members import MemberClient

OTHERS_MODEL = "/v1/models/0197a0b0-0000-7000-8000-000000000000"

GET = {
    "type": "http",
    "asgi": {"version": "3.0"},
    "http_version": "1.1",
    "method": "GET",
    "query_string": b"",
    "root_path": "",
    "scheme": "http",
    "headers": [(b"host", b"localhost"), (b"content-type", b"application/json")],
    "client": ("127.0.0.1", 1),
    "server": ("localhost", 80),
}
"""A scope but for its path."""

BROKEN = {"content": b"{", "headers": {"Content-Type": "application/json"}}


@pytest.mark.parametrize(
    ("method", "path", "sent", "status", "route"),
    [
        ("GET", "/health/live", {}, 200, "/health/live"),
        ("GET", "/health/ready", {}, 200, "/health/ready"),
        ("GET", "/docs", {}, 200, "/docs"),
        ("GET", "/redoc", {}, 200, "/redoc"),
        ("GET", "/v1/measurements?breasts=true", {}, 200, "/v1/measurements"),
        ("POST", "/v1/auth/password/forgot", {"json": {"email": "a@b.example"}}, 202, None),
        ("GET", OTHERS_MODEL, {}, 401, "/v1/models/{model_id}"),
        ("GET", "/v1/profiles/ada.lovelace", {}, 401, "/v1/profiles/{username}"),
        ("GET", "/somewhere/ada.lovelace", {}, 404, UNMATCHED),
        ("GET", "/v1/profiles/ada.lovelace/", {}, 404, UNMATCHED),
        ("HEAD", "/health/live", {}, 405, "/health/live"),
        ("OPTIONS", "/health/live", {}, 405, "/health/live"),
        ("PUT", "/v1/profiles/ada.lovelace", {}, 405, "/v1/profiles/{username}"),
        ("POST", "/v1/auth/login", {"content": b"x" * 300_000}, 413, None),
        ("POST", "/v1/auth/login", {"json": {"login": "ada.lovelace"}}, 422, "/v1/auth/login"),
        ("POST", "/v1/auth/login", BROKEN, 400, "/v1/auth/login"),
    ],
)
async def test_one_row_of_a_request(
    app: FastAPI,
    client: httpx.AsyncClient,
    *,
    method: str,
    path: str,
    sent: dict[str, Any],
    status: int,
    route: str | None,
) -> None:
    response = await client.request(method, path, **sent)

    (record,) = await list_records(app)
    assert response.status_code == record.status == status
    assert record.method == method
    if route is not None:
        assert record.route == route
    assert record.address == ip_address("127.0.0.1")
    assert record.request_id == UUID(response.headers["x-request-id"])
    assert record.at == app.state.clock()
    assert 0 < record.duration_us < 10_000_000


async def test_probes_leave_no_row_where_the_operator_chose_so(
    isolated_settings: Settings, clock: MovableClock
) -> None:
    """Any other request has its row, also one whose path begins like a probe's."""
    app = create_app(isolated_settings.model_copy(update={"log_probes": False}), clock)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as client,
    ):
        for path in ("/health/live", "/health/ready", "/metrics"):
            assert (await client.get(path)).status_code == 200
            assert (await client.post(path)).status_code == 405
        await client.get("/health/live/")
        await client.get("/health/retention")

        records = await list_records(app)

    assert sorted(record.route for record in records) == [UNMATCHED, "/health/retention"]


async def test_a_body_over_the_limit_without_a_declared_length(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    async def endless() -> Any:
        for _ in range(20):
            yield b"x" * 20_000

    response = await client.post("/v1/auth/login", content=endless())

    (record,) = await list_records(app)
    assert response.status_code == record.status == 413


async def test_an_error_of_ours(app: FastAPI, client: httpx.AsyncClient) -> None:
    @app.get("/broken/{name}")
    async def broken(name: str) -> None:
        raise RuntimeError(name)

    response = await client.get("/broken/ada.lovelace?token=secret")

    (record,) = await list_records(app)
    assert response.status_code == record.status == 500
    assert record.route == "/broken/{name}"


async def test_a_table_that_is_gone(
    app: FastAPI, client: httpx.AsyncClient, ada: MemberClient, settings: Settings
) -> None:
    before = len(await list_records(app))
    async with transaction(settings) as connection:
        await connection.execute(text("ALTER TABLE model RENAME TO away"))
    try:
        response = await ada.request("GET", "/v1/models")
    finally:
        async with transaction(settings) as connection:
            await connection.execute(text("ALTER TABLE away RENAME TO model"))

    found = await list_records(app)
    assert len(found) == before + 1
    assert response.status_code == found[-1].status == 500


async def test_no_content_and_not_modified(app: FastAPI, ada: MemberClient) -> None:
    before = len(await list_records(app))
    path, kind = "/v1/profiles/me/picture", {"Content-Type": "image/png"}
    assert (await ada.request("PUT", path, content=make_image(), headers=kind)).status_code == 204
    tag = (await ada.request("GET", path)).headers["etag"]
    assert (await ada.request("GET", path, headers={"If-None-Match": tag})).status_code == 304

    found = (await list_records(app))[before:]
    assert [(record.route, record.status) for record in found] == [
        (path, 204),
        (path, 200),
        (path, 304),
    ]


def no_body() -> Receive:
    """Of a client that stays."""
    messages: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Message:
        return messages.pop() if messages else await asyncio.Future[Message]()

    return receive


async def test_a_preflight(settings: Settings, clock: MovableClock) -> None:
    """Answered by a middleware: no route is ever looked for."""
    site = "https://sewing.example"
    app = create_app(settings.model_copy(update={"allowed_origins": (site,)}), clock)
    asked = {"Origin": site, "Access-Control-Request-Method": "PATCH"}
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            response = await client.options("/v1/profiles/me", headers=asked)
        found = [record for record in await list_records(app) if record.method == "OPTIONS"]
        async with as_log_role(app.state.dressform.uows) as uow:
            await uow.connection.execute(text("TRUNCATE access_log"))

    assert response.status_code == 200
    assert [record.status for record in found] == [200]


async def test_a_method_that_is_no_word_is_not_repeated(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    for method in ("BREW", "ada-lovelace@example.org", "X" * 17):
        await client.request(method, "/health/live")

    assert [record.method for record in await list_records(app)] == ["BREW", "OTHER", "OTHER"]


async def test_a_client_that_is_gone_before_its_answer(app: FastAPI) -> None:
    """The endpoint waits for a body that never comes; the server cancels it."""

    async def receive() -> Message:
        await asyncio.sleep(60)
        raise AssertionError

    async def send(message: Message) -> None:
        raise AssertionError(message)

    login = {"method": "POST", "path": "/v1/auth/login", "raw_path": b"/v1/auth/login"}
    scope = {**GET, **login, "client": ("203.0.113.9", 1)}
    request = asyncio.create_task(app(scope, receive, send))
    await asyncio.sleep(0.05)
    request.cancel()
    await asyncio.wait([request])

    (record,) = await list_records(app)
    assert record.status == CLIENT_CLOSED_REQUEST
    assert record.address == ip_address("203.0.113.9")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/health/live"),
        ("HEAD", "/health/live"),
        ("GET", "/docs"),
        ("GET", "/somewhere"),
        ("GET", "/endless"),
        ("GET", "/nothing"),
    ],
)
async def test_the_line_is_in_the_file_before_the_first_byte_leaves(
    app: FastAPI, method: str, path: str
) -> None:
    """Killed at whatever moment: who has the whole answer, which may be a head, has one line."""

    @app.get("/endless")
    async def endless() -> StreamingResponse:
        return StreamingResponse(iter([b"one", b"two"]))

    @app.get("/nothing", status_code=204)
    async def nothing() -> None: ...

    file = app.state.shipper.spool.path
    seen: list[tuple[str, int]] = []

    async def send(message: Message) -> None:
        seen.append((message["type"], file.read_bytes().count(b"\n")))

    scope = {**GET, "method": method, "path": path, "raw_path": path.encode()}
    await app(scope, no_body(), send)

    assert seen[0] == ("http.response.start", 1)
    assert seen[-1] == ("http.response.body", 1)
    assert {lines for _, lines in seen} == {1}


async def test_nothing_else_is_stored(
    app: FastAPI, client: httpx.AsyncClient, uows: UnitOfWorkFactory, ada: MemberClient
) -> None:
    """No path, query, user agent, account or referrer is anywhere in the table."""
    headers = {"User-Agent": "agent-4711", "Referer": "https://referrer.example/4711"}
    await ada.request("GET", "/v1/profiles/ada?query=4711", headers=headers)
    await client.get("/unknown-4711/ada?query=4711", headers=headers)
    await list_records(app)

    async with as_log_role(uows) as uow:
        rows = await uow.connection.execute(
            text(
                # An id is random, and may spell a name that is searched for below.
                "SELECT replace(access_log::text, request_id::text, '') FROM access_log"
            )
        )
        stored = "\n".join(row for (row,) in rows)
        columns = await uow.connection.execute(
            text(
                "SELECT column_name FROM information_schema.columns "
                "WHERE table_name = 'access_log' ORDER BY ordinal_position"
            )
        )
        names = [name for (name,) in columns]

    for secret in ("4711", "agent", "referrer", "query", "ada"):
        assert secret not in stored
    assert names == ["at", "address", "method", "route", "status", "duration_us", "request_id"]


async def test_each_of_many_at_once_has_its_own(app: FastAPI, client: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(client.get("/health/live") for _ in range(200)))

    found = await list_records(app)
    assert len(found) == 200
    assert {str(record.request_id) for record in found} == {
        answer.headers["x-request-id"] for answer in answers
    }
