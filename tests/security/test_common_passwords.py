"""Long passwords that an attacker tries first, at registration and wherever one is set."""

import httpx
import pytest

from tests.helpers.assertions import assert_problem
from tests.helpers.auth import change_password, forgot, reset
from tests.helpers.members import MemberClient

KNOWN = [
    "correct horse battery staple",
    "Correct-Horse-Battery-Staple1",
    "thisisapassword",
    "Summer2026!!",
    "Summer2026!!!!!",
    "Tr0ub4dor&3xx",
    "maytheforcebewithyou",
    "M@ytheF0rcebewithyou99",
    "dressmaking2026",
    "2026dressmaking!",
    "SewingPatterns1",
    "Liverpool2019!!",
    "P@ssw0rd2026!",
    "motdepasse1234",
    "1qaz2wsx3edc4rfv",
]


@pytest.mark.parametrize("password", KNOWN)
async def test_a_password_that_many_people_use_is_refused_at_registration(
    client: httpx.AsyncClient, password: str
) -> None:
    body = {"email": "marie@example.org", "username": "marie", "password": password}
    answer = await client.post("/v1/auth/register", json=body)

    assert_problem(answer, 422, "weak-password")
    (error,) = answer.json()["errors"]
    assert error["pointer"] == "#/password"


async def test_a_password_that_many_people_use_is_refused_at_change_and_reset(
    ada: MemberClient,
) -> None:
    await forgot(ada.client, ada.email)
    token = await ada.mailbox.token()

    for answer in (
        await change_password(ada, "Summer2026!!"),
        await reset(ada.client, token, "Summer2026!!"),
    ):
        assert_problem(answer, 422, "weak-password")
    assert (await ada.sign_in()).status_code == 200
