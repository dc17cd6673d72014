"""What ends a session ends it on the very next request, in every process."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import func, select

from dressform.api.app import create_app
from dressform.db.tables import Account, Session
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.settings.settings import Settings
from tests.conftest import MovableClock
from tests.helpers.assertions import assert_problem
from tests.helpers.auth import (
    change_password,
    erase,
    forgot,
    login,
    logout,
    refresh,
    reset,
    restrict,
)
from tests.helpers.members import MemberClient

FRESH = "nine needles in the hay"


@pytest.fixture
async def other_process(
    app: FastAPI, settings: Settings, clock: MovableClock
) -> AsyncIterator[httpx.AsyncClient]:
    """A second process on the same database."""
    twin = create_app(settings, clock)
    transport = httpx.ASGITransport(twin, raise_app_exceptions=False)
    async with (
        twin.router.lifespan_context(twin),
        httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as client,
    ):
        yield client


@pytest.fixture
async def second_session(ada: MemberClient, other_process: httpx.AsyncClient) -> MemberClient:
    """The same member, signed in a second time over the other process."""
    phone = MemberClient(other_process, ada.mailbox, "ada")
    assert (await phone.sign_in()).status_code == 200
    return phone


async def is_in(person: MemberClient) -> bool:
    answer = await person.request("GET", "/v1/auth/sessions")
    if answer.status_code != 200:
        assert_problem(answer, 401, "unauthenticated")
        assert_problem(await refresh(person), 401, "refresh-token-refused")
    return answer.status_code == 200


async def by_logout(ada: MemberClient, second_session: MemberClient) -> None:
    assert (await logout(ada, second_session.refresh_token)).status_code == 204


async def by_ending_others(ada: MemberClient, second_session: MemberClient) -> None:
    assert (await ada.request("DELETE", "/v1/auth/sessions")).status_code == 204


async def by_changing_the_password(ada: MemberClient, second_session: MemberClient) -> None:
    assert (await change_password(ada, FRESH)).status_code == 204


async def by_restricting(ada: MemberClient, second_session: MemberClient) -> None:
    assert (await restrict(ada)).status_code == 204


@pytest.mark.parametrize(
    "ending", [by_logout, by_ending_others, by_changing_the_password, by_restricting]
)
async def test_the_other_session_ends_and_this_one_lives(
    ada: MemberClient,
    second_session: MemberClient,
    ending: Callable[[MemberClient, MemberClient], Awaitable[None]],
) -> None:
    assert await is_in(second_session)

    await ending(ada, second_session)

    assert not await is_in(second_session)
    assert await is_in(ada)


async def by_reset(ada: MemberClient) -> None:
    await forgot(ada.client, ada.email)
    assert (await reset(ada.client, await ada.mailbox.token(), FRESH)).status_code == 204


async def by_erasure(ada: MemberClient) -> None:
    assert (await erase(ada)).status_code == 204


@pytest.mark.parametrize("ending", [by_reset, by_erasure])
async def test_all_sessions_end(
    ada: MemberClient,
    second_session: MemberClient,
    ending: Callable[[MemberClient], Awaitable[None]],
) -> None:
    assert await is_in(second_session)

    await ending(ada)

    assert not await is_in(second_session)
    assert not await is_in(ada)


async def test_theft_noticed_here_ends_the_session_there(
    ada: MemberClient, second_session: MemberClient, clock: MovableClock
) -> None:
    stolen = second_session.refresh_token
    for _ in range(2):
        second_session.refresh_token = (await refresh(second_session)).json()["refresh_token"]
    clock.advance(seconds=11)

    assert (await refresh(ada, stolen)).status_code == 401

    assert not await is_in(second_session)


async def test_refresh_at_once_in_two_processes_goes_on_in_both(
    ada: MemberClient, second_session: MemberClient, clock: MovableClock
) -> None:
    answers = await asyncio.gather(
        *(refresh(person, ada.refresh_token) for _ in range(5) for person in (ada, second_session))
    )

    assert [answer.status_code for answer in answers] == [200] * 10
    newest = answers[-1].json()["refresh_token"]
    assert (await refresh(ada, newest)).status_code == 200
    assert (await refresh(second_session, newest)).status_code == 200
    older = answers[0].json()["refresh_token"]
    assert (await refresh(ada, older)).status_code == 200
    newest = (await refresh(second_session, newest)).json()["refresh_token"]
    assert (await refresh(second_session, newest)).status_code == 200
    clock.advance(seconds=11)
    assert_problem(await refresh(second_session, older), 401, "refresh-token-refused")


async def test_a_restriction_holds_at_once_in_every_process_and_leaves_the_session(
    ada: MemberClient, other_process: httpx.AsyncClient
) -> None:
    """What a restricted member may do stands in test_restriction.py."""
    await restrict(ada)
    ada.client = other_process

    new = {"name": "New", "breasts": False, "measurements": {}}
    assert_problem(await ada.request("POST", "/v1/models", json=new), 403, "account-restricted")
    renewed = await refresh(ada)
    assert renewed.status_code == 200
    ada.access_token = renewed.json()["access_token"]
    assert (await ada.sign_in()).status_code == 200
    assert (await restrict(ada, restricted=False)).status_code == 204
    assert (await ada.request("GET", "/v1/profiles/me")).status_code == 200


async def test_a_login_while_the_account_is_being_erased(
    ada: MemberClient, uows: UnitOfWorkFactory
) -> None:
    """It may come first or last; nothing of it stays."""
    answers = await asyncio.gather(
        *(login(ada.client, "ada", ada.password) for _ in range(4)),
        erase(ada),
        *(login(ada.client, ada.email, ada.password) for _ in range(4)),
        *(refresh(ada) for _ in range(2)),
    )

    assert answers[4].status_code == 204
    assert {answer.status_code for answer in answers} <= {200, 204, 401}
    for answer in answers:
        if answer.is_success and answer.content:
            ada.access_token = answer.json()["access_token"]
            assert_problem(await ada.request("GET", "/v1/profiles/me"), 401, "unauthenticated")
    uow = uows.read()
    for table in (Account, Session):
        count = await uow.connection.execute(select(func.count()).select_from(table))
        assert count.scalar_one() == 0


async def test_logins_while_the_password_changes(ada: MemberClient) -> None:
    """No session that the old password opened outlives the change."""
    changing = asyncio.create_task(change_password(ada, FRESH))
    logins = []
    # All the time, so that some check the old password and go on after the new one stands.
    for name in ["ada", ada.email] * 9:
        logins.append(asyncio.create_task(login(ada.client, name, ada.password)))
        await asyncio.wait({changing}, timeout=0.01)

    answers = await asyncio.gather(*logins)

    assert (await changing).status_code == 204
    assert {answer.status_code for answer in answers} <= {200, 401}
    listed = (await ada.request("GET", "/v1/auth/sessions")).json()["items"]
    assert [one["current"] for one in listed] == [True]
