"""Several pages refresh at once: all go on, and none of them looks like a thief."""

import asyncio
import base64
import hmac
import os
from collections.abc import Awaitable, Callable

import httpx
import pytest
from sqlalchemy import text

from dressform.db.unit_of_work import UnitOfWorkFactory
from tests.conftest import MovableClock
from tests.helpers.assertions import assert_problem
from tests.helpers.auth import sessions
from tests.helpers.members import MemberClient

COOKIE = "dressform-refresh"

Refresh = Callable[[str], Awaitable[str]]


@pytest.fixture(params=["body", "cookie"])
def refreshed(request: pytest.FixtureRequest, ada: MemberClient) -> Refresh:
    """Refresh by the token in the body or in a cookie, and return the next token."""

    async def by_body(token: str) -> str:
        response = await ada.client.post("/v1/auth/refresh", json={"refresh_token": token})
        return read(response, response.json().get("refresh_token"))

    async def by_cookie(token: str) -> str:
        ada.client.cookies.clear()
        headers = {"Cookie": f"{COOKIE}={token}"}
        response = await ada.client.post("/v1/auth/refresh", headers=headers)
        return read(response, response.cookies.get(COOKIE))

    def read(response: httpx.Response, token: str | None) -> str:
        assert response.status_code == 200, response.text
        assert token is not None
        ada.access_token = response.json()["access_token"]
        return token

    return by_body if request.param == "body" else by_cookie


async def assert_signed_in(ada: MemberClient) -> None:
    assert (await ada.request("GET", "/v1/profiles/me")).status_code == 200
    assert len(await sessions(ada)) == 1
    assert await ada.mailbox.collect() == []


async def test_refresh_of_a_third_tab_after_the_second_used_the_successor(
    ada: MemberClient, refreshed: Refresh, clock: MovableClock
) -> None:
    """The first trades R1 for R2, the second sends R2, and only then does the third's R1 arrive."""
    clock.advance(minutes=20)
    first = ada.refresh_token
    second = await refreshed(first)
    clock.advance(seconds=4)
    third = await refreshed(second)
    clock.advance(seconds=6)

    late = await refreshed(first)

    assert len({first, second, third, late}) == 4
    clock.advance(minutes=9)
    assert await refreshed(late)
    await assert_signed_in(ada)


async def test_refresh_ten_at_once_gives_ten_tokens_that_work_for_ten_seconds(
    ada: MemberClient, refreshed: Refresh, clock: MovableClock
) -> None:
    successors = await asyncio.gather(*(refreshed(ada.refresh_token) for _ in range(10)))

    assert len(set(successors)) == 10
    clock.advance(seconds=5)
    following = [await refreshed(one) for one in successors]
    clock.advance(seconds=5)
    assert all([await refreshed(one) for one in successors + following])
    await assert_signed_in(ada)


async def test_refresh_with_each_of_several_generations_within_ten_seconds(
    ada: MemberClient, refreshed: Refresh
) -> None:
    tokens = [ada.refresh_token]
    for _ in range(12):
        tokens.append(await refreshed(tokens[-1]))

    for token in [*tokens, *reversed(tokens)]:
        newest = await refreshed(token)

    assert await refreshed(newest)
    await assert_signed_in(ada)


async def test_refresh_after_a_page_woke_with_a_sibling_that_it_had_kept(
    ada: MemberClient, refreshed: Refresh, clock: MovableClock
) -> None:
    """A laptop is opened: each page refreshes with the token that it got hours before."""
    kept = [await refreshed(ada.refresh_token) for _ in range(4)]
    clock.advance(hours=8)

    following = [await refreshed(one) for one in kept]

    clock.advance(hours=8)
    assert all([await refreshed(one) for one in following])
    await assert_signed_in(ada)


async def test_refresh_after_answers_overtook_each_other(
    ada: MemberClient, refreshed: Refresh, clock: MovableClock
) -> None:
    """The answer to R1 arrives last: the browser keeps its token, of which a sibling was used."""
    first = ada.refresh_token
    arrives_first, arrives_last = await refreshed(first), await refreshed(first)
    clock.advance(seconds=1)
    await refreshed(arrives_first)
    clock.advance(minutes=9)

    newest = await refreshed(arrives_last)

    clock.advance(minutes=9)
    assert await refreshed(newest)
    await assert_signed_in(ada)


async def test_refresh_by_a_token_of_the_earlier_format_goes_on(
    ada: MemberClient, refreshed: Refresh, uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    """As after an update: four pages come with the same token, and the first answer is lost."""
    former = await issue_former_token(ada, uows)
    clock.advance(days=1)
    await refreshed(former)
    clock.advance(minutes=1)

    second = await refreshed(former)
    clock.advance(seconds=1)
    third = await refreshed(second)
    late = [await refreshed(former) for _ in range(3)]

    clock.advance(minutes=9)
    assert len(third) == len(late[-1]) == 104
    assert await refreshed(late[-1])
    await assert_signed_in(ada)


async def test_refresh_by_a_token_of_the_earlier_format_detects_a_replay(
    ada: MemberClient, refreshed: Refresh, uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    former = await issue_former_token(ada, uows)
    await refreshed(await refreshed(former))
    clock.advance(seconds=11)

    replayed = await ada.client.post("/v1/auth/refresh", json={"refresh_token": former})

    assert_problem(replayed, 401, "refresh-token-refused")
    assert "ended" in replayed.json()["detail"]


async def issue_former_token(ada: MemberClient, uows: UnitOfWorkFactory) -> str:
    """Make the session one of the version before, and return a token that it had issued."""
    async with uows.transaction() as uow:
        statement = "UPDATE session SET use_marks = NULL WHERE id = :id RETURNING account_id"
        row = (await uow.connection.execute(text(statement), {"id": ada.session_id})).one()
    key = uows.keyrings.refresh_tokens._keys[0]
    signed = ada.session_id.bytes + (1).to_bytes(4) + os.urandom(8)
    signature = hmac.digest(key, b"token\0" + row.account_id.bytes + signed, "sha256")
    return base64.urlsafe_b64encode(signed + signature).decode()
