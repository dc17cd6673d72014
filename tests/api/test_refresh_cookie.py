from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http.cookies import Morsel, SimpleCookie

import httpx
import pytest
from fastapi import FastAPI

from dressform.api.app import create_app
from dressform.settings.settings import Settings
from tests.conftest import MovableClock
from tests.helpers.assertions import assert_problem
from tests.helpers.members import MemberClient

Browser = Callable[..., Awaitable[httpx.AsyncClient]]

PLAIN = "dressform-refresh"
SECURE = "__Host-dressform-refresh"
SITE = "https://sewing.example"


@asynccontextmanager
async def serving(settings: Settings, clock: MovableClock) -> AsyncIterator[httpx.AsyncClient]:
    """Another process on the same database."""
    app = create_app(settings, clock)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url=settings.public_url) as client,
    ):
        yield client


@pytest.fixture
async def behind_https(
    app: FastAPI, settings: Settings, clock: MovableClock
) -> AsyncIterator[httpx.AsyncClient]:
    changes = {"public_url": "https://api.sewing.example", "allowed_origins": (SITE,)}
    async with serving(settings.model_copy(update=changes), clock) as client:
        yield client


async def sign_in(client: httpx.AsyncClient, person: MemberClient) -> httpx.Response:
    body = {"login": person.username, "password": person.password, "session": "cookie"}
    answer = await client.post("/v1/auth/login", json=body)
    assert answer.status_code == 200, answer.text
    return answer


def cookie_of(answer: httpx.Response) -> Morsel[str]:
    lines = answer.headers.get_list("Set-Cookie")
    (line,) = [each for each in lines if "dressform-refresh=" in each]
    (morsel,) = SimpleCookie(line).values()
    return morsel


async def test_on_localhost_the_cookie_has_a_plain_name(ada: MemberClient) -> None:
    """Browsers take a Secure cookie over http from localhost, but not all of them do."""
    answer = await sign_in(ada.client, ada)

    cookie = cookie_of(answer)
    assert cookie.key == PLAIN
    assert len(cookie.value) == 104
    assert not cookie["secure"]
    assert cookie["httponly"]
    assert cookie["samesite"].lower() == "strict"
    assert cookie["path"] == "/"
    assert cookie["domain"] == ""
    assert cookie["max-age"] == str(31 * 86400 - 43_200)
    assert answer.json().keys() == {"access_token", "token_type", "expires_in"}


async def test_behind_https_the_cookie_is_bound_to_the_host(
    ada: MemberClient, behind_https: httpx.AsyncClient
) -> None:
    cookie = cookie_of(await sign_in(behind_https, ada))

    assert cookie.key == SECURE
    assert cookie["secure"]
    assert cookie["httponly"]
    assert cookie["samesite"].lower() == "strict"
    assert cookie["path"] == "/"
    assert cookie["domain"] == ""


async def test_only_the_cookie_of_ones_own_name_counts(
    ada: MemberClient, behind_https: httpx.AsyncClient
) -> None:
    """A neighbour on the domain can set a plain one, never one that begins with `__Host-`."""
    headers = {"Cookie": f"{PLAIN}={ada.refresh_token}"}

    answer = await behind_https.post("/v1/auth/refresh", headers=headers)

    assert_problem(answer, 401, "refresh-token-refused")


@pytest.mark.parametrize("sent", [{}, {"content": b""}, {"json": {}}, {"json": None}])
async def test_refreshing_by_cookie(
    ada: MemberClient, clock: MovableClock, sent: dict[str, object]
) -> None:
    first = cookie_of(await sign_in(ada.client, ada)).value
    clock.advance(days=30)

    answer = await ada.client.post("/v1/auth/refresh", **sent)  # type: ignore[arg-type]

    assert answer.status_code == 200, answer.text
    assert answer.json().keys() == {"access_token", "token_type", "expires_in"}
    second = cookie_of(answer)
    assert second.value != first
    assert second["max-age"] == str(31 * 86400 - 43_200)
    ada.access_token = answer.json()["access_token"]
    assert (await ada.request("GET", "/v1/profiles/me")).status_code == 200
    assert (await ada.client.post("/v1/auth/refresh")).status_code == 200


async def test_a_token_in_the_body_comes_before_the_cookie(ada: MemberClient) -> None:
    in_body = ada.refresh_token
    await sign_in(ada.client, ada)

    answer = await ada.client.post("/v1/auth/refresh", json={"refresh_token": in_body})

    assert len(answer.json()["refresh_token"]) == 104
    assert "Set-Cookie" not in answer.headers
    assert (await ada.client.post("/v1/auth/refresh")).status_code == 200


@pytest.mark.parametrize("path", ["/v1/auth/refresh", "/v1/auth/logout"])
async def test_neither_body_nor_cookie(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.post(path)

    assert_problem(answer, 401, "refresh-token-refused")
    assert "refresh_token" in answer.json()["detail"]


@pytest.mark.parametrize("value", ["", "x", "x" * 43, "x" * 80, "x" * 5000, "é", "%00", '"', "a=b"])
async def test_what_is_no_cookie_of_ours(client: httpx.AsyncClient, value: str) -> None:
    headers = [(b"Cookie", f"{PLAIN}={value}".encode())]

    answer = await client.post("/v1/auth/refresh", headers=headers)

    assert_problem(answer, 401, "refresh-token-refused")


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "",
        "http://localhost:8001",
        "https://localhost:8000",
        "http://localhost:8000.evil.example",
        "http://127.0.0.1:8000",
    ],
)
@pytest.mark.parametrize("path", ["/v1/auth/refresh", "/v1/auth/logout"])
async def test_another_sites_page_cannot_use_the_cookie(
    ada: MemberClient, path: str, origin: str
) -> None:
    await sign_in(ada.client, ada)

    answer = await ada.client.post(path, headers={"Origin": origin})

    assert_problem(answer, 403, "origin-not-allowed")
    assert (await ada.client.post("/v1/auth/refresh")).status_code == 200


async def test_own_pages_use_the_cookie(ada: MemberClient, behind_https: httpx.AsyncClient) -> None:
    await sign_in(ada.client, ada)
    await sign_in(behind_https, ada)

    for client, origin in (
        (ada.client, "http://localhost:8000"),
        (behind_https, "https://api.sewing.example"),
        (behind_https, SITE),
    ):
        answer = await client.post("/v1/auth/refresh", headers={"Origin": origin})
        assert answer.status_code == 200, origin


async def test_an_address_written_in_capitals_is_still_ours(
    ada: MemberClient, settings: Settings, clock: MovableClock
) -> None:
    """A browser writes origins in small letters."""
    changed = settings.model_copy(update={"public_url": "https://API.Sewing.Example"})
    async with serving(changed, clock) as client:
        await sign_in(client, ada)

        answer = await client.post(
            "/v1/auth/refresh", headers={"Origin": "https://api.sewing.example"}
        )

    assert answer.status_code == 200


async def test_signing_out_clears_the_cookie_and_ends_the_session(ada: MemberClient) -> None:
    first = await sign_in(ada.client, ada)
    ada.access_token = first.json()["access_token"]

    answer = await ada.client.post("/v1/auth/logout")

    assert answer.status_code == 204
    cookie = cookie_of(answer)
    assert (cookie.key, cookie.value, cookie["max-age"]) == (PLAIN, "", "0")
    assert cookie["path"] == "/"
    assert PLAIN not in ada.client.cookies
    assert_problem(await ada.request("GET", "/v1/profiles/me"), 401, "unauthenticated")
    stolen = {"refresh_token": cookie_of(first).value}
    again = await ada.client.post("/v1/auth/refresh", json=stolen)
    assert_problem(again, 401, "refresh-token-refused")


async def test_a_listed_site_may_ask_and_read(behind_https: httpx.AsyncClient) -> None:
    asked = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }

    preflight = await behind_https.options("/v1/auth/login", headers={"Origin": SITE} | asked)
    answer = await behind_https.post("/v1/auth/login", json={}, headers={"Origin": SITE})

    assert preflight.status_code == 200
    assert "POST" in preflight.headers["Access-Control-Allow-Methods"]
    assert "content-type" in preflight.headers["Access-Control-Allow-Headers"].lower()
    for one in (preflight, answer):
        assert one.headers["Access-Control-Allow-Origin"] == SITE
        assert one.headers["Access-Control-Allow-Credentials"] == "true"
        assert "Origin" in one.headers["Vary"]
    assert "Retry-After" in answer.headers["Access-Control-Expose-Headers"]


async def test_no_other_site_may(
    behind_https: httpx.AsyncClient, client: httpx.AsyncClient
) -> None:
    asked = {"Access-Control-Request-Method": "POST"}
    for one, origin in ((behind_https, "https://evil.example"), (client, SITE)):
        preflight = await one.options("/v1/auth/login", headers={"Origin": origin} | asked)
        answer = await one.post("/v1/auth/login", json={}, headers={"Origin": origin})

        assert preflight.status_code >= 400
        assert "Access-Control-Allow-Origin" not in preflight.headers
        assert "Access-Control-Allow-Origin" not in answer.headers


async def login_from(
    client: httpx.AsyncClient, person: MemberClient, site: str, origin: str, session: str
) -> httpx.Response:
    body = {"login": person.username, "password": person.password, "session": session}
    headers = {"Sec-Fetch-Site": site, "Origin": origin}
    return await client.post("/v1/auth/login", json=body, headers=headers)


async def test_listed_page_on_another_site_is_told_that_its_cookie_is_dropped(
    ada: MemberClient, behind_https: httpx.AsyncClient
) -> None:
    dropped = await login_from(behind_https, ada, "cross-site", SITE, "cookie")
    near = await login_from(behind_https, ada, "same-site", SITE, "cookie")
    in_body = await login_from(behind_https, ada, "cross-site", SITE, "body")

    assert dropped.json()["cookie_is_dropped"] is True
    for answer in (near, in_body):
        assert answer.status_code == 200
        assert "cookie_is_dropped" not in answer.json()


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
async def test_page_that_is_not_listed_gets_no_cookie_from_another_site(
    ada: MemberClient, behind_https: httpx.AsyncClient, origin: str
) -> None:
    answer = await login_from(behind_https, ada, "cross-site", origin, "cookie")

    assert_problem(answer, 403, "origin-not-allowed")
    assert "Set-Cookie" not in answer.headers
