"""A login in a browser ends the session that the browser had: its token would be lost, not dead."""

import httpx
import pytest

from tests.conftest import MovableClock
from tests.helpers.assertions import assert_problem
from tests.helpers.auth import refresh, sessions
from tests.helpers.members import CreateMember, MemberClient

COOKIE = "dressform-refresh"


async def sign_in(
    client: httpx.AsyncClient, person: MemberClient, *, session: str = "cookie", **more: object
) -> httpx.Response:
    """Sign in, and leave the member's other tokens as they are."""
    body = {"login": person.username, "password": person.password, "session": session}
    return await client.post("/v1/auth/login", json=body | more)


async def assert_session_ended(ada: MemberClient, token: str) -> None:
    assert_problem(await refresh(ada, token), 401, "refresh-token-refused")


@pytest.mark.parametrize("session", ["cookie", "body"])
async def test_login_with_the_cookie_of_an_open_session_ends_it(
    ada: MemberClient, session: str
) -> None:
    first = (await sign_in(ada.client, ada)).json()
    stolen = ada.client.cookies[COOKIE]

    again = await sign_in(ada.client, ada, session=session)

    assert again.status_code == 200
    await assert_session_ended(ada, stolen)
    ended = {"Authorization": f"Bearer {first['access_token']}"}
    assert (await ada.client.get("/v1/profiles/me", headers=ended)).status_code == 401
    # The session of the fixture, in another client, and the new one.
    assert len(await sessions(ada)) == 2


async def test_login_without_a_cookie_of_its_own_takes_away_the_dead_one(ada: MemberClient) -> None:
    await sign_in(ada.client, ada)

    await sign_in(ada.client, ada, session="body")

    assert COOKIE not in ada.client.cookies


async def test_login_of_another_member_in_the_same_browser_ends_the_first_ones_session(
    ada: MemberClient, create_member: CreateMember
) -> None:
    bea = await create_member("bea")
    await sign_in(ada.client, ada)
    left_behind = ada.client.cookies[COOKIE]

    await sign_in(ada.client, bea)

    await assert_session_ended(ada, left_behind)
    assert (await ada.client.post("/v1/auth/refresh")).status_code == 200
    assert len(await sessions(bea)) == 2


async def test_login_ends_the_session_by_an_older_token_of_it_too(
    ada: MemberClient, clock: MovableClock
) -> None:
    """The browser may have missed the answers with the newer ones."""
    await sign_in(ada.client, ada)
    old = newest = ada.client.cookies[COOKIE]
    for _ in range(3):
        newest = (await refresh(ada, newest)).json()["refresh_token"]
        clock.advance(minutes=1)
    ada.client.cookies.clear()

    await ada.client.post(
        "/v1/auth/login",
        json={"login": "ada", "password": ada.password, "session": "cookie"},
        headers={"Cookie": f"{COOKIE}={old}"},
    )

    await assert_session_ended(ada, newest)


async def test_login_that_fails_ends_nothing(ada: MemberClient) -> None:
    await sign_in(ada.client, ada)

    refused = await sign_in(ada.client, ada, password="a wrong password")

    assert_problem(refused, 401, "wrong-credentials")
    assert (await ada.client.post("/v1/auth/refresh")).status_code == 200


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}]
)
async def test_login_from_another_sites_page_ends_nothing(
    ada: MemberClient, headers: dict[str, str]
) -> None:
    await sign_in(ada.client, ada)

    await ada.client.post(
        "/v1/auth/login", json={"login": "ada", "password": ada.password}, headers=headers
    )

    assert (await ada.client.post("/v1/auth/refresh")).status_code == 200


@pytest.mark.parametrize("value", ["x", "x" * 80, "%00", "é"])
async def test_login_with_a_cookie_that_is_none_of_ours_is_a_login(
    ada: MemberClient, value: str
) -> None:
    response = await ada.client.post(
        "/v1/auth/login",
        json={"login": "ada", "password": ada.password, "session": "cookie"},
        headers=[(b"Cookie", f"{COOKIE}={value}".encode())],
    )

    assert response.status_code == 200
