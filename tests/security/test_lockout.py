"""Attacks that use the limits against the owner of an account, or read from them what the owner does."""

import asyncio
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI

from dressform.actions import delay_refusal
from dressform.crypto.device_tokens import DeviceTokens, new_device_id
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.errors import Unavailable
from dressform.repositories.attempt_counts import AttemptCounts
from dressform.repositories.rate_limits import LOGIN, Budget
from tests.conftest import MovableClock
from tests.helpers.assertions import assert_problem, comparable_response
from tests.helpers.auth import change_password, forgot, login, reset
from tests.helpers.members import PASSWORD, CreateMember, MemberClient, token_of


@pytest.fixture(autouse=True)
def _refuse_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse thousands of tries without their delay, which tests of its own measure."""
    monkeypatch.setattr(delay_refusal, "REFUSAL_SECONDS", 0.0)


WRONG = "a wrong password"
NEW = "nine needles in the hay"
NAMES = ["ada", "ada@example.org"]


@pytest.fixture
def stranger(app: FastAPI) -> httpx.AsyncClient:
    """A client without the cookies of anyone."""
    return new_client(app)


def new_client(app: FastAPI) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://localhost:8000")


async def attack(stranger: httpx.AsyncClient, times: int = 11) -> list[int]:
    """Guess by both names, until neither lets through another guess."""
    answers = [await login(stranger, name, WRONG) for name in NAMES for _ in range(times)]
    return [answer.status_code for answer in answers]


async def sign_in_on(client: httpx.AsyncClient, name: str, **more: str) -> httpx.Response:
    body = {"login": name, "password": PASSWORD} | more
    return await client.post("/v1/auth/login", json=body)


@pytest.mark.parametrize("session", ["cookie", "body"])
@pytest.mark.parametrize("first", NAMES)
@pytest.mark.parametrize("then", NAMES)
async def test_stranger_does_not_hold_up_a_device_that_is_known(
    ada: MemberClient, stranger: httpx.AsyncClient, session: str, first: str, then: str
) -> None:
    """By whichever name it was known, and in both transports."""
    known = await sign_in_on(ada.client, first, session=session)
    token = known.json().get("device_token")
    assert (token is None) == (session == "cookie")
    assert (await attack(stranger))[10] == 429
    assert_problem(await sign_in_on(stranger, then), 429, "rate-limited")

    own = {"session": session} | ({"device_token": token} if token else {})
    answers = [await sign_in_on(ada.client, then, **own) for _ in range(12)]

    assert [answer.status_code for answer in answers] == [200] * 12


async def test_device_cookie_is_bound_to_the_host_and_closed_to_scripts(
    ada: MemberClient, app: FastAPI, clock: MovableClock
) -> None:
    answer = await sign_in_on(ada.client, "ada", session="cookie")

    lines = [one for one in answer.headers.get_list("Set-Cookie") if "dressform-device=" in one]
    (line,) = lines
    assert "HttpOnly" in line
    assert "SameSite=strict" in line
    assert "Path=/" in line
    assert "Domain" not in line
    assert int(line.partition("Max-Age=")[2].partition(";")[0]) <= 366 * 86_400


async def test_known_device_has_its_own_limit_and_then_that_of_strangers(
    ada: MemberClient, stranger: httpx.AsyncClient
) -> None:
    """So a stolen token gains ten guesses in fifteen minutes, and a forgetful owner loses nothing."""
    token = (await sign_in_on(ada.client, "ada")).json()["device_token"]
    body = {"login": "ada", "password": WRONG, "device_token": token}
    answers = [await stranger.post("/v1/auth/login", json=body) for _ in range(21)]

    assert [answer.status_code for answer in answers] == [401] * 20 + [429]
    assert '"device";r=9;' in answers[0].headers["RateLimit"]
    assert '"device";r=0;' in answers[-1].headers["RateLimit"]
    assert '"login";r=0;' in answers[-1].headers["RateLimit"]


async def test_token_of_another_account_or_a_forged_one_gains_nothing(
    ada: MemberClient,
    create_member: CreateMember,
    stranger: httpx.AsyncClient,
    uows: UnitOfWorkFactory,
    clock: MovableClock,
) -> None:
    bea = await create_member("bea")
    of_bea = (await sign_in_on(bea.client, "bea")).json()["device_token"]
    own = (await sign_in_on(ada.client, "ada")).json()["device_token"]
    forged = DeviceTokens(b"x" * 32).issue(uuid4(), new_device_id(), at=clock())
    changed = ("B" if own[0] == "A" else "A") + own[1:]
    await attack(stranger)

    for token in (of_bea, forged, changed):
        answer = await sign_in_on(stranger, "ada", device_token=token)
        assert_problem(answer, 429, "rate-limited")
        assert "device" not in answer.headers["RateLimit-Policy"]


async def test_token_is_forgotten_after_twelve_months(
    ada: MemberClient, stranger: httpx.AsyncClient, clock: MovableClock
) -> None:
    token = (await sign_in_on(ada.client, "ada")).json()["device_token"]
    clock.advance(days=364)
    await attack(stranger)
    assert (await sign_in_on(stranger, "ada", device_token=token)).status_code == 200

    clock.advance(days=2)
    await attack(stranger)
    refused = await sign_in_on(stranger, "ada", device_token=token)

    assert_problem(refused, 429, "rate-limited")


@pytest.mark.parametrize("name", NAMES)
async def test_login_of_the_owner_is_invisible_to_who_guesses(
    ada: MemberClient, stranger: httpx.AsyncClient, name: str
) -> None:
    """From a device that is known as well as from one that is not."""
    before = [(await login(stranger, name, WRONG)).status_code for _ in range(9)]
    assert (await sign_in_on(stranger, name)).status_code == 200
    assert (await sign_in_on(ada.client, name, session="cookie")).status_code == 200
    assert (await sign_in_on(ada.client, name, session="cookie")).status_code == 200
    stranger.cookies.clear()
    after = [(await login(stranger, name, WRONG)).status_code for _ in range(9)]

    assert before + after == [401] * 10 + [429] * 8


@pytest.mark.parametrize("name", NAMES)
async def test_password_of_a_mailed_link_works_at_once(
    ada: MemberClient, stranger: httpx.AsyncClient, app: FastAPI, name: str
) -> None:
    await attack(stranger)
    await forgot(stranger, ada.email)
    token = token_of((await ada.mailbox.collect())[-1])
    at_home = new_client(app)

    assert (await reset(at_home, token, NEW)).status_code == 204

    elsewhere = await login(new_client(app), name, NEW)
    assert elsewhere.status_code == 200
    assert (await attack(stranger))[10] == 429
    assert (await login(at_home, name, NEW)).status_code == 200


async def test_changed_password_works_at_once(
    ada: MemberClient, stranger: httpx.AsyncClient, app: FastAPI
) -> None:
    await attack(stranger)

    assert (await change_password(ada, NEW)).status_code == 204

    for name in NAMES:
        assert (await login(new_client(app), name, NEW)).status_code == 200


async def test_name_that_was_guessed_before_it_was_confirmed_can_sign_in(
    stranger: httpx.AsyncClient, create_member: CreateMember
) -> None:
    await attack(stranger)

    ada = await create_member("ada")

    for name in NAMES:
        assert (await ada.sign_in(name)).status_code == 200


async def test_stranger_does_not_use_up_the_link_of_a_known_device(
    ada: MemberClient, stranger: httpx.AsyncClient
) -> None:
    """The answer is the same; only the mail shows it."""
    token = (await sign_in_on(ada.client, "ada")).json()["device_token"]
    answers = [await forgot(stranger, ada.email) for _ in range(9)]
    mailed = await ada.mailbox.collect()
    asked = {"email": ada.email, "device_token": token}
    own = await ada.client.post("/v1/auth/password/forgot", json=asked)

    assert [one.status_code for one in (*answers, own)] == [202] * 10
    assert len(mailed) == 1  # The newest replaces the others.
    assert len(await ada.mailbox.collect()) == 1


async def test_owner_on_a_new_device_uses_the_link_that_a_stranger_asked_for(
    ada: MemberClient, stranger: httpx.AsyncClient, app: FastAPI, clock: MovableClock
) -> None:
    """With every budget used up, at any minute of three hours."""
    newest = ""
    for _ in range(36):
        clock.advance(minutes=5)
        for ask in ("password/forgot", "resend"):
            await stranger.post(f"/v1/auth/{ask}", json={"email": ada.email})
        mailed = await ada.mailbox.collect()
        links = [one for one in mailed if "reset-password#token=" in one.get_content()]
        newest = token_of(links[-1]) if links else newest
        await attack(stranger, times=2)
    assert (await forgot(new_client(app), ada.email)).status_code == 202

    assert (await reset(new_client(app), newest, NEW)).status_code == 204
    assert (await login(new_client(app), "ada", NEW)).status_code == 200


async def test_being_told_503_costs_nothing(
    ada: MemberClient, stranger: httpx.AsyncClient, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The queue of hashes refuses, as it does when it is full."""

    async def refuse(*_: object) -> bool:
        raise Unavailable(reason="a full queue", retry_after=1)

    with monkeypatch.context() as patch:
        patch.setattr(type(app.state.dressform.passwords), "verify", refuse)
        for name in NAMES:
            for _ in range(12):
                assert (await sign_in_on(stranger, name)).status_code == 503
        change = await change_password(ada, NEW)
        assert change.status_code == 503
    known = [401] * 10 + [429]

    assert await attack(stranger) == known + known
    changes = [await change_password(ada, NEW, WRONG) for _ in range(11)]
    assert [one.status_code for one in changes] == [403] * 10 + [429]


@pytest.fixture
def narrow(app: FastAPI) -> None:
    """Accept six failed logins a minute."""
    state = app.state.dressform
    narrowed = state.settings.model_copy(update={"failed_logins_per_minute": 6})
    app.state.dressform = type(state)(
        **{name: getattr(state, name) for name in state.__slots__} | {"settings": narrowed}
    )


@pytest.mark.usefixtures("narrow")
async def test_one_password_at_many_accounts_is_slowed(
    ada: MemberClient, stranger: httpx.AsyncClient, clock: MovableClock
) -> None:
    token = (await sign_in_on(ada.client, "ada")).json()["device_token"]
    answers = [await login(stranger, f"member{number}", WRONG) for number in range(20)]

    assert [answer.status_code for answer in answers] == [401] * 6 + [429] * 14
    assert '"all-logins";r=0;' in answers[-1].headers["RateLimit"]
    assert int(answers[-1].headers["Retry-After"]) <= 60
    assert (await sign_in_on(stranger, "ada", device_token=token)).status_code == 200
    assert (await sign_in_on(stranger, "ada")).status_code == 429
    clock.advance(minutes=2)
    assert (await sign_in_on(stranger, "ada")).status_code == 200


@pytest.mark.usefixtures("narrow")
async def test_refused_names_leave_no_rows(
    ada: MemberClient, stranger: httpx.AsyncClient, uows: UnitOfWorkFactory
) -> None:
    """So a flood of names makes the table grow by the number of failed logins at most."""
    for number in range(40):
        await login(stranger, f"member{number}", WRONG)

    used = 0
    for number in range(40):
        attempt = await AttemptCounts(uows.read()).take(Budget(LOGIN, f"member{number}"))
        used += attempt.usages[0].remaining < LOGIN.max - 1
    assert used == 6


async def test_twenty_parallel_guesses_count_as_twenty(
    ada: MemberClient, stranger: httpx.AsyncClient
) -> None:
    answers = await asyncio.gather(*(login(stranger, "ada", WRONG) for _ in range(20)))

    assert sorted(answer.status_code for answer in answers) == [401] * 10 + [429] * 10


async def test_refusals_say_the_same_of_every_name(
    ada: MemberClient, stranger: httpx.AsyncClient
) -> None:
    """Also with a token: of an account, of another one, and of none."""
    token = (await sign_in_on(ada.client, "ada")).json()["device_token"]
    refused = []
    for name in ("nobody", "nobody@example.org"):
        body = {"login": name, "password": WRONG, "device_token": token}
        for _ in range(11):
            answer = await stranger.post("/v1/auth/login", json=body)
        refused.append(answer)

    assert len({str(comparable_response(answer)) for answer in refused}) == 1
    assert refused[0].status_code == 429


async def test_owner_gets_in_at_every_try_of_an_attack_of_25_minutes(
    ada: MemberClient, stranger: httpx.AsyncClient, clock: MovableClock
) -> None:
    """The attacker makes four requests a second: each budget that has room again is used up at once."""
    token = (await sign_in_on(ada.client, "ada")).json()["device_token"]
    tries, guesses = [], 0
    for number in range(100):
        clock.advance(seconds=15)
        for name in NAMES:
            while (await login(stranger, name, WRONG)).status_code == 401:
                guesses += 1
        tries.append(await sign_in_on(stranger, NAMES[number % 2], device_token=token))

    assert [answer.status_code for answer in tries] == [200] * 100
    assert guesses <= 2 * (10 + 25)
    assert (await sign_in_on(stranger, "ada")).status_code == 429
