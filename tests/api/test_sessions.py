import asyncio

import httpx
import pytest
from fastapi import FastAPI

from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.executors.bounded_executor import BoundedExecutor
from dressform.repositories.accounts import Accounts
from dressform.repositories.sessions import Sessions
from tests.conftest import MovableClock
from tests.helpers.assertions import assert_problem, comparable_response
from tests.helpers.auth import login, logout, refresh, sessions
from tests.helpers.members import PASSWORD, CreateMember, MemberClient


@pytest.mark.parametrize(
    "name", ["ada", "ADA", " ada ", "ada@example.org", "ADA@Example.ORG", "ada@EXAMPLE.org "]
)
async def test_signing_in_by_either_name_in_any_case(ada: MemberClient, name: str) -> None:
    answer = await ada.sign_in(name)

    assert answer.status_code == 200
    tokens = answer.json()
    assert tokens.keys() == {
        "access_token",
        "token_type",
        "expires_in",
        "refresh_token",
        "device_token",
    }
    assert tokens["token_type"] == "bearer"
    assert tokens["expires_in"] == 600
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers


async def test_a_domain_in_its_own_script(create_member: CreateMember) -> None:
    zoe = await create_member("zoe", email="zoe@nähen.example.org")

    assert (await zoe.sign_in("zoe@nähen.example.org")).status_code == 200
    assert (await zoe.sign_in("zoe@xn--nhen-loa.example.org")).status_code == 200


async def test_wrong_logins_look_alike(ada: MemberClient) -> None:
    waiting = MemberClient(ada.client, ada.mailbox, "bea")
    await waiting.register()

    answers = [
        await login(ada.client, "ada", "a wrong password"),
        await login(ada.client, ada.email, "a wrong password"),
        await login(ada.client, "nobody", PASSWORD),
        await login(ada.client, "nobody@example.org", PASSWORD),
        await login(ada.client, waiting.username, PASSWORD),
        await login(ada.client, waiting.email, PASSWORD),
        await login(ada.client, ada.email, "x" * 1024),
    ]

    for answer in answers:
        assert_problem(answer, 401, "wrong-credentials")
    assert len({str(comparable_response(answer)) for answer in answers}) == 1


async def test_those_for_whom_there_is_no_time_are_told_when_to_come_again(
    ada: MemberClient,
    app: FastAPI,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A login takes a processor's time, which a client that hangs up does not give back."""
    queue = BoundedExecutor("test", threads=1, max_queued=2)
    monkeypatch.setattr(app.state.dressform.passwords, "_queue", queue)

    answers = await asyncio.gather(
        *(login(ada.client, f"nobody-{number}", PASSWORD) for number in range(20))
    )

    assert sum(answer.status_code == 401 for answer in answers) >= 3
    refused = [answer for answer in answers if answer.status_code != 401]
    assert refused
    for answer in refused:
        assert_problem(answer, 503, "unavailable")
        assert answer.headers["Retry-After"] == "2"
    assert (await ada.sign_in()).status_code == 200
    logged = [message for message in caplog.messages if "503" in message]
    assert logged == ["a request was answered with 503: the queue of test is full"]


async def test_the_same_password_composed_differently(create_member: CreateMember) -> None:
    zoe = await create_member("zoe", password="neuf cafés près du métro")

    composed = "neuf cafe\u0301s pre\u0300s du me\u0301tro"

    assert (await login(zoe.client, "zoe", composed)).status_code == 200


async def test_signing_out_ends_the_session_at_once(ada: MemberClient) -> None:
    assert (await logout(ada)).status_code == 204

    assert_problem(await ada.request("GET", "/v1/profiles/me"), 401, "unauthenticated")
    assert_problem(await refresh(ada), 401, "refresh-token-refused")


async def test_signing_out_twice_or_with_a_token_of_nobody_is_no_error(ada: MemberClient) -> None:
    await logout(ada)

    assert (await logout(ada)).status_code == 204
    assert (await logout(ada, "x" * 80)).status_code == 204


async def test_refreshing_and_signing_out_at_once(ada: MemberClient) -> None:
    """Neither may wait for the other for ever, which the database would end with an error."""
    for _ in range(10):
        await ada.sign_in()

        answers = await asyncio.gather(
            *(which(ada) for _ in range(3) for which in (refresh, logout))
        )

        assert {answer.status_code for answer in answers} <= {200, 204, 401}
        assert_problem(await refresh(ada), 401, "refresh-token-refused")
        assert_problem(await ada.request("GET", "/v1/auth/sessions"), 401, "unauthenticated")


async def test_sessions_are_listed_with_the_one_that_asks(
    ada: MemberClient, create_member: CreateMember, clock: MovableClock
) -> None:
    await create_member("bea")
    clock.advance(days=5)
    await ada.sign_in()
    clock.advance(days=5)
    ada.access_token = (await refresh(ada)).json()["access_token"]

    first, second = await sessions(ada)

    assert first["current"] is False
    assert second.pop("id") != first["id"]
    assert second == {
        "name": None,
        "inactive_at": "2026-04-11T00:00:00Z",
        "signed_in_on": "2026-03-06",
        "renewed_on": "2026-03-11",
        "expires_at": "2026-05-30T00:00:00Z",
        "current": True,
    }


async def test_one_session_is_ended_by_another(ada: MemberClient) -> None:
    old_token, old_refresh = ada.access_token, ada.refresh_token
    await ada.sign_in()
    (ending,) = (one["id"] for one in await sessions(ada) if not one["current"])

    assert (await ada.request("DELETE", f"/v1/auth/sessions/{ending}")).status_code == 204

    assert_problem(await refresh(ada, old_refresh), 401, "refresh-token-refused")
    assert len(await sessions(ada)) == 1
    assert_problem(await ada.request("DELETE", f"/v1/auth/sessions/{ending}"), 404, "not-found")
    ada.access_token = old_token
    assert_problem(await ada.request("GET", "/v1/auth/sessions"), 401, "unauthenticated")


async def test_nobody_ends_the_sessions_of_others(
    ada: MemberClient, create_member: CreateMember
) -> None:
    bea = await create_member("bea")
    (hers,) = await sessions(bea)

    answer = await ada.request("DELETE", f"/v1/auth/sessions/{hers['id']}")
    assert (await ada.request("DELETE", "/v1/auth/sessions")).status_code == 204

    assert_problem(answer, 404, "not-found")
    assert await sessions(bea) == [hers]


async def test_signing_out_everywhere_else(ada: MemberClient) -> None:
    others = [ada.refresh_token]
    for _ in range(2):
        await ada.sign_in()
        others.append(ada.refresh_token)
    mine = others.pop()

    assert (await ada.request("DELETE", "/v1/auth/sessions")).status_code == 204

    assert [one["current"] for one in await sessions(ada)] == [True]
    assert [(await refresh(ada, token)).status_code for token in others] == [401, 401]
    assert (await refresh(ada, mine)).status_code == 200


@pytest.mark.parametrize("session_id", ["x", "1", "%00", "019a0000-0000-7000-8000-00000000000"])
async def test_what_is_no_session_id(ada: MemberClient, session_id: str) -> None:
    answer = await ada.request("DELETE", f"/v1/auth/sessions/{session_id}")

    assert_problem(answer, 422, "invalid-input")


@pytest.mark.parametrize(
    "body",
    [
        {"login": "ada"},
        {"login": "ada", "password": ""},
        {"login": "ada", "password": "x" * 1025},
        {"login": "ada", "password": "nul\0"},
        {"login": "a\nda", "password": PASSWORD},
        {"login": "ada", "password": PASSWORD, "session": "header"},
        {"login": {"$ne": ""}, "password": PASSWORD},
    ],
)
async def test_logins_that_do_not_fit(client: httpx.AsyncClient, body: dict[str, object]) -> None:
    answer = await client.post("/v1/auth/login", json=body)

    assert_problem(answer, 422, "invalid-input")
    assert PASSWORD not in answer.text


async def test_a_page_elsewhere_cannot_sign_anybody_in(ada: MemberClient) -> None:
    """A form posts without a preflight, but only as text: that must not be read as JSON."""
    content = f'{{"login": "ada", "password": "{PASSWORD}", "session": "cookie"}}'

    answer = await ada.client.post(
        "/v1/auth/login", content=content, headers={"Content-Type": "text/plain"}
    )

    assert_problem(answer, 422, "invalid-input")
    assert "Set-Cookie" not in answer.headers


async def test_the_hundred_and_first_session_ends_the_oldest(
    ada: MemberClient, uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    first = (await ada.request("GET", "/v1/auth/sessions")).json()["items"][0]["id"]
    for days in (30, 1):
        clock.advance(days=days)
        ada.access_token = (await refresh(ada)).json()["access_token"]
    async with uows.transaction() as uow:
        credentials = await Accounts(uow).get_by_login(ada.username)
        assert credentials is not None
        for _ in range(99):
            await Sessions(uow).add(credentials.owner)

    await ada.sign_in()

    listed = [one["id"] for one in (await ada.request("GET", "/v1/auth/sessions")).json()["items"]]
    assert len(listed) == 100
    assert first not in listed
