import asyncio

import pytest

from dressform.api import rate_limiter as rate_limiter_module
from dressform.api.rate_limiter import RateLimit, RateLimiter
from dressform.errors import RateLimited
from tests.conftest import MovableClock
from tests.helpers.assertions import assert_problem, comparable_response
from tests.helpers.auth import change_email, change_password, forgot, login
from tests.helpers.members import PASSWORD, CreateMember, MemberClient

WRONG = "a wrong password"


@pytest.fixture
def rate_limiter(clock: MovableClock) -> RateLimiter:
    return RateLimiter(clock)


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


async def test_the_right_password_begins_anew(ada: MemberClient) -> None:
    for _ in range(2):
        for _ in range(9):
            assert (await login(ada.client, "ada", WRONG)).status_code == 401
        assert (await ada.sign_in()).status_code == 200


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

    body = {"password": PASSWORD}
    erasing = await ada.request("POST", "/v1/privacy/erasure", json=body)
    restricting = await ada.request(
        "PUT", "/v1/privacy/restriction", json=body | {"restricted": True}
    )
    changing = await change_password(ada, "nine needles in the hay")

    for refused in (erasing, restricting, changing):
        assert_problem(refused, 429, "rate-limited")
        assert refused.headers["Retry-After"] == "900"
    assert (await ada.request("GET", "/v1/profiles/me")).status_code == 200


async def test_five_links_an_hour(ada: MemberClient, clock: MovableClock) -> None:
    clock.advance(hours=1)
    await ada.sign_in()
    refused = []
    for email in (ada.email, "nobody@example.org"):
        for _ in range(5):
            assert (await forgot(ada.client, email)).status_code == 202
        refused.append(await forgot(ada.client, email.title()))

    assert_problem(refused[0], 429, "rate-limited")
    assert refused[0].headers["Retry-After"] == "3600"
    assert comparable_response(refused[0]) == comparable_response(refused[1])
    assert_problem(await change_email(ada, "nobody@example.org"), 429, "rate-limited")
    assert len(await ada.mailbox.collect()) == 1  # The newest replaces the others.
    clock.advance(hours=1)
    assert (await forgot(ada.client, ada.email)).status_code == 202


def test_whoever_waits_as_long_as_told_gets_through(
    rate_limiter: RateLimiter, clock: MovableClock
) -> None:
    times, _ = RateLimit.PASSWORD.value
    for _ in range(times):
        rate_limiter.hit(RateLimit.PASSWORD, "ada")
    clock.advance(milliseconds=1)

    with pytest.raises(RateLimited) as refusal:
        rate_limiter.hit(RateLimit.PASSWORD, "ada")

    assert refusal.value.retry_after == 900
    clock.advance(seconds=900)
    rate_limiter.hit(RateLimit.PASSWORD, "ada")


def test_limits_are_counted_apart(rate_limiter: RateLimiter) -> None:
    for limit in RateLimit:
        times, _ = limit.value
        for _ in range(times):
            rate_limiter.hit(limit, "ada")
        with pytest.raises(RateLimited):
            rate_limiter.hit(limit, "ada")


def test_targets_are_forgotten_with_their_window(
    rate_limiter: RateLimiter, clock: MovableClock
) -> None:
    for number in range(1000):
        rate_limiter.hit(RateLimit.MAIL, f"{number}@example.org")
    clock.advance(minutes=59)
    rate_limiter.hit(RateLimit.MAIL, "0@example.org")
    clock.advance(minutes=1)

    rate_limiter.hit(RateLimit.MAIL, "new@example.org")

    assert rate_limiter.size(RateLimit.MAIL) == 2


def test_a_flood_of_targets_does_not_fill_memory(
    rate_limiter: RateLimiter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate_limiter_module, "MAX_KEYS", 100)
    times, _ = RateLimit.PASSWORD.value
    for _ in range(times):
        rate_limiter.hit(RateLimit.PASSWORD, "ada")
    for number in range(1000):
        rate_limiter.hit(RateLimit.MAIL, f"{number}@example.org")

    assert rate_limiter.size(RateLimit.MAIL) == 100
    with pytest.raises(RateLimited):
        rate_limiter.hit(RateLimit.PASSWORD, "ada")


def test_nothing_that_was_typed_is_kept(rate_limiter: RateLimiter) -> None:
    rate_limiter.hit(RateLimit.PASSWORD, "ada@example.org")

    assert "example.org" not in repr(vars(rate_limiter))
