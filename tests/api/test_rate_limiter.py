import asyncio

import httpx
import pytest

from dressform.api.app import create_app
from dressform.settings.settings import Settings
from tests.conftest import MovableClock
from tests.helpers.assertions import assert_problem, comparable_response
from tests.helpers.auth import change_email, change_password, forgot, login, reset
from tests.helpers.members import PASSWORD, CreateMember, MemberClient, token_of

WRONG = "a wrong password"


@pytest.mark.parametrize(
    "names", [("ada", "ADA"), ("ada@example.org", "Ada@Example.org"), ("nobody", " Nobody ")]
)
async def test_ten_passwords_in_fifteen_minutes(
    ada: MemberClient, clock: MovableClock, names: tuple[str, str]
) -> None:
    """In whatever case, and whether or not there is such a login."""
    for number in range(10):
        answer = await login(ada.client, names[number % 2], WRONG)
        assert_problem(answer, 401, "wrong-credentials")
        clock.advance(seconds=30)

    refused = await login(ada.client, names[0], PASSWORD)
    assert_problem(refused, 429, "rate-limited")
    assert refused.headers["Retry-After"] == "600"
    clock.advance(seconds=599)
    assert (await login(ada.client, names[0], WRONG)).status_code == 429
    clock.advance(seconds=1)
    assert (await login(ada.client, names[0], WRONG)).status_code == 401
    assert (await login(ada.client, names[0], WRONG)).status_code == 429


async def test_a_refusal_tells_nothing_about_the_login(ada: MemberClient) -> None:
    answers = []
    for name in ("ada", "nobody", "ada@example.org", "nobody@example.org"):
        for _ in range(10):
            await login(ada.client, name, WRONG)
        answers.append(await login(ada.client, name, WRONG))

    assert [answer.status_code for answer in answers] == [429] * 4
    assert len({str(comparable_response(answer)) for answer in answers}) == 1


async def test_ten_at_once_are_not_more_than_ten(ada: MemberClient) -> None:
    answers = await asyncio.gather(*(login(ada.client, "ada", WRONG) for _ in range(14)))

    assert sorted(answer.status_code for answer in answers) == [401] * 10 + [429] * 4


async def test_right_passwords_are_not_counted(ada: MemberClient) -> None:
    answers = [await ada.sign_in() for _ in range(12)]

    assert [answer.status_code for answer in answers] == [200] * 12


async def test_one_login_does_not_hold_up_another(
    ada: MemberClient, create_member: CreateMember
) -> None:
    bea = await create_member("bea")
    for _ in range(11):
        await login(ada.client, "ada", WRONG)

    assert (await bea.sign_in()).status_code == 200
    assert (await ada.request("GET", "/v1/profiles/me")).status_code == 200


async def test_a_stolen_session_cannot_guess_the_password(ada: MemberClient) -> None:
    """Wherever a password is asked for, it is one and the same count."""
    for number in range(10):
        answer = (
            await change_password(ada, "nine needles in the hay", WRONG)
            if number % 2
            else await change_email(ada, f"new{number}@example.org", WRONG)
        )
        assert_problem(answer, 403, "wrong-password")
        assert f'"password";r={9 - number};' in answer.headers["RateLimit"]

    body = {"password": PASSWORD}
    erasing = await ada.request("POST", "/v1/privacy/erasure", json=body)
    restricting = await ada.request(
        "PUT", "/v1/privacy/restriction", json=body | {"restricted": True}
    )
    changing = await change_password(ada, "nine needles in the hay")

    for refused in (erasing, restricting, changing):
        assert_problem(refused, 429, "rate-limited")
        assert refused.headers["Retry-After"] == "900"
        assert refused.headers["RateLimit-Policy"] == '"password";q=10;w=900'
        assert refused.headers["RateLimit"] == '"password";r=0;t=900'
    assert (await ada.request("GET", "/v1/profiles/me")).status_code == 200


async def test_session_that_guesses_does_not_hold_up_another_session(ada: MemberClient) -> None:
    thief = {"Authorization": f"Bearer {ada.access_token}"}
    for _ in range(11):
        body = {"current_password": WRONG, "new_password": "nine needles in the hay"}
        answer = await ada.client.post("/v1/auth/password/change", json=body, headers=thief)
    assert_problem(answer, 429, "rate-limited")

    await ada.sign_in()

    assert (await change_password(ada, "nine needles in the hay")).status_code == 204


async def test_sixth_request_for_a_link_is_answered_as_the_others_and_mails_nothing(
    ada: MemberClient, clock: MovableClock
) -> None:
    """The link that was mailed last still works then."""
    clock.advance(hours=1)
    answers = []
    for email in (ada.email, "nobody@example.org"):
        answers += [await forgot(ada.client, email) for _ in range(5)]
    token = token_of((await ada.mailbox.collect())[-1])
    clock.advance(minutes=59)
    answers += [
        await forgot(ada.client, each) for each in (ada.email.title(), "nobody@example.org")
    ]

    assert len({str(comparable_response(answer)) for answer in answers}) == 1
    assert answers[0].status_code == 202
    assert await ada.mailbox.collect() == []
    clock.advance(minutes=1)
    assert (await reset(ada.client, token, "nine needles in the hay")).status_code == 204


async def test_links_are_mailed_again_in_the_next_hour(
    ada: MemberClient, clock: MovableClock
) -> None:
    for _ in range(6):
        await forgot(ada.client, ada.email)
    await ada.mailbox.collect()
    clock.advance(hours=1)

    assert (await forgot(ada.client, ada.email)).status_code == 202
    assert len(await ada.mailbox.collect()) == 1


async def test_refusal_has_the_headers_of_the_draft_and_names_the_way_out(
    ada: MemberClient,
) -> None:
    for _ in range(10):
        answer = await login(ada.client, "ada", WRONG)
        assert "RateLimit" not in answer.headers, "what is left tells of the attempts of others"
        assert answer.headers["RateLimit-Policy"].startswith('"login";q=10;w=900, "all-logins";q=')
    refused = await login(ada.client, "ada", WRONG)

    assert refused.headers["RateLimit"] == f'"login";r=0;t={refused.headers["Retry-After"]}'
    assert "device where you signed in before" in refused.json()["detail"]
    assert "link be sent to your e-mail address" in refused.json()["detail"]


async def test_pages_of_allowed_origins_may_read_the_headers(
    settings: Settings, clock: MovableClock
) -> None:
    site = "https://sewing.example"
    app = create_app(settings.model_copy(update={"allowed_origins": (site,)}), clock)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://localhost:8000"
        ) as client,
    ):
        answer = await client.get("/health/live", headers={"Origin": site})

    exposed = set(answer.headers["Access-Control-Expose-Headers"].split(", "))
    assert {"RateLimit", "RateLimit-Policy", "Retry-After"} <= exposed
