import asyncio
import time
from collections import Counter

import httpx
import pytest

from dressform.api.request_limiter import MemberLimiter, PublicLimiter, RequestLimiter
from dressform.errors import RateLimited, Unavailable
from dressform.settings.settings import Settings
from tests.helpers.assertions import assert_problem
from tests.helpers.auth import login
from tests.helpers.members import PASSWORD, CreateMember, MemberClient


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(
        update={"member_requests_per_minute": 30, "public_requests_per_second": 3}
    )


def test_a_bucket_is_filled_again_at_its_rate() -> None:
    limiter = RequestLimiter(per_second=20, burst=3)

    assert [limiter.spend("ada") for _ in range(5)] == [0, 0, 0, 1, 1]
    assert limiter.spend("bob") == 0
    time.sleep(0.06)
    assert [limiter.spend("ada") for _ in range(2)] == [0, 1]


def test_the_wait_is_told_and_a_refusal_costs_nothing() -> None:
    limiter = RequestLimiter(per_second=0.1, burst=1)

    assert [limiter.spend("ada") for _ in range(3)] == [0, 10, 10]


def test_members_and_strangers_get_different_errors() -> None:
    members, public = MemberLimiter(3), PublicLimiter(1)
    members.check("ada")
    with pytest.raises(RateLimited):
        members.check("ada")
    public.check("login")
    public.check("login")
    with pytest.raises(Unavailable):
        public.check("login")
    public.check("check")


def test_it_is_quick_and_forgets_full_buckets() -> None:
    limiter = RequestLimiter(per_second=10**6, burst=1)
    began = time.thread_time()
    for number in range(250_000):
        limiter.spend(number)

    assert time.thread_time() - began < 2.5  # ten microseconds each
    assert len(limiter._full_at) <= 100_001


async def test_a_member_who_asks_too_often_is_refused_on_all_routes(
    ada: MemberClient, create_member: CreateMember
) -> None:
    answers = [await ada.request("GET", "/v1/profiles/me") for _ in range(12)]

    assert Counter(answer.status_code for answer in answers) == {200: 10, 429: 2}
    for method, path in (
        ("GET", "/v1/models"),
        ("POST", "/v1/models"),
        ("GET", "/v1/privacy/export"),
    ):
        refused = await ada.request(method, path)
        assert_problem(refused, 429, "rate-limited")
        assert int(refused.headers["Retry-After"]) >= 1
    assert (await ada.request("GET", "/v1/privacy/notice")).status_code == 200


async def test_checks_by_strangers_have_a_ceiling_apart_from_logins(
    client: httpx.AsyncClient,
) -> None:
    body = {"breasts": True, "measurements": {"neck": 380}}
    answers = await asyncio.gather(
        *(client.post("/v1/measurements/check", json=body) for _ in range(60))
    )

    # Three a second and six at once, and of checks four times as many.
    counts = Counter(answer.status_code for answer in answers)
    assert counts.keys() == {200, 503}
    assert 24 <= counts[200] < 60
    refused = next(answer for answer in answers if answer.status_code == 503)
    assert_problem(refused, 503, "unavailable")
    assert int(refused.headers["Retry-After"]) >= 1
    assert (await login(client, "nobody", PASSWORD)).status_code == 401
