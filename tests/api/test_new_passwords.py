"""Which passwords are taken, wherever one is set."""

import httpx
import pytest

from tests.helpers.assertions import assert_problem
from tests.helpers.auth import change_password, forgot, login, reset
from tests.helpers.members import PASSWORD, CreateMember, MemberClient

USERNAME = "marguerite"
EMAIL = "tailoring@example.org"

WEAK = {
    "common": "passwordpassword",
    "a run of keys": "qwertyuiop123456",
    "one letter": "aaaaaaaaaaaaaaaa",
    "the username": "seven Marguerite measured twice",
    "the username, full width": "seven \uff4d\uff41\uff52\uff47\uff55\uff45\uff52\uff49\uff54\uff45 twice",
    "the site": "seven dressFORM measured twice",
    "the address": "seven Tailoring twice over",
}
STRONG = {
    "words": PASSWORD,
    "Greek": "επτά ράφτες μέτρησαν δύο",
    "Chinese": "七位裁縫量了兩次布料然後剪裁",
    "emoji": "🧵🪡🧶👗🥻🩱👔🧥🧤🧦👖🩳",
    "right to left": "שבעה חייטים מדדו פעמיים",
    "spaces at the ends": "  seven tailors  measured  ",
    "a line": "seven tailors\nmeasured\ttwice",
    "no composition": "tvkqzr wlmpxd",
    "256": ("stitch " * 30 + "needle hay coat buttons wool silk " * 4)[:256],
}


async def register(client: httpx.AsyncClient, password: object) -> httpx.Response:
    body = {"email": EMAIL, "username": USERNAME, "password": password}
    return await client.post("/v1/auth/register", json=body)


@pytest.mark.parametrize("password", WEAK.values(), ids=WEAK)
async def test_weak_ones_are_refused_with_advice(client: httpx.AsyncClient, password: str) -> None:
    answer = await register(client, password)

    assert_problem(answer, 422, "weak-password")
    (error,) = answer.json()["errors"]
    assert error["pointer"] == "#/password"
    assert error["detail"].endswith(".")
    assert password not in answer.text


@pytest.mark.parametrize("password", STRONG.values(), ids=STRONG)
async def test_strong_ones_in_any_script(
    client: httpx.AsyncClient, create_member: CreateMember, password: str
) -> None:
    person = await create_member(USERNAME, email=EMAIL, password=password)

    assert person.access_token
    assert (await login(client, USERNAME, password + "!")).status_code == 401


@pytest.mark.parametrize(
    "password", ["", "eleven char", "x" * 257, "seven tailors\0twice", 123456789012, None, ["x"]]
)
async def test_those_of_another_kind_or_length(client: httpx.AsyncClient, password: object) -> None:
    answer = await register(client, password)

    assert_problem(answer, 422, "invalid-input")
    assert [error["pointer"] for error in answer.json()["errors"]] == ["#/password"]


async def test_length_counts_what_the_text_is_composed_to(client: httpx.AsyncClient) -> None:
    """Twelve code points, of which six are accents."""
    answer = await register(client, "e\u0301" * 6)

    assert_problem(answer, 422, "weak-password")
    assert "12 characters" in answer.json()["errors"][0]["detail"]


@pytest.mark.parametrize("weak", ["passwordpassword", "seven ADA tailors twice"])
async def test_the_same_rules_when_it_is_changed_or_reset(ada: MemberClient, weak: str) -> None:
    await forgot(ada.client, ada.email)
    token = await ada.mailbox.token()

    for answer in (await change_password(ada, weak), await reset(ada.client, token, weak)):
        assert_problem(answer, 422, "weak-password")
        (error,) = answer.json()["errors"]
        assert error["pointer"] == "#/new_password"
    assert (await ada.sign_in()).status_code == 200
