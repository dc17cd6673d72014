import asyncio
import re
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import httpx
import pytest

from dressform.policy.account_data import PROFILE
from dressform.policy.sign_in_data import ONE_TIME_TOKEN
from tests.conftest import MovableClock
from tests.helpers.assertions import assert_problem
from tests.helpers.auth import (
    change_email,
    change_password,
    code_of,
    confirm_email,
    erase,
    refresh_cookie_of,
    request_sign_in_mail,
    reset,
    restrict,
    sessions,
    sign_in_by_code,
    sign_in_by_link,
)
from tests.helpers.coarse_times import end_of
from tests.helpers.members import CreateMember, Mailbox, MemberClient, token_of


async def asked(person: MemberClient) -> tuple[str, EmailMessage]:
    """Return the token of a request, and its mail."""
    request_token = await request_sign_in_mail(person.client, person.email)
    return request_token, await person.mailbox.receive_one()


async def is_signed_in(client: httpx.AsyncClient, answer: httpx.Response) -> bool:
    assert answer.status_code == 200, answer.text
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    return (await client.get("/v1/profiles/me", headers=headers)).status_code == 200


async def test_link_signs_in_on_any_device(ada: MemberClient) -> None:
    _, message = await asked(ada)

    answer = await sign_in_by_link(ada.client, token_of(message))

    assert await is_signed_in(ada.client, answer)
    expected = {"access_token", "token_type", "expires_in", "refresh_token", "device_token"}
    assert answer.json().keys() == expected
    assert len(await sessions(ada)) == 2


async def test_code_signs_in_with_the_token_of_its_request(ada: MemberClient) -> None:
    request_token, message = await asked(ada)

    answer = await sign_in_by_code(ada.client, request_token, code_of(message))

    assert await is_signed_in(ada.client, answer)
    body = {"refresh_token": answer.json()["refresh_token"]}
    assert (await ada.client.post("/v1/auth/refresh", json=body)).status_code == 200


@pytest.mark.parametrize(
    "typed",
    [str.lower, lambda code: code.replace("-", ""), lambda code: f" {code.replace('-', ' ')} "],
    ids=["lower case", "without the dash", "with spaces"],
)
async def test_code_is_accepted_as_people_type_it(ada: MemberClient, typed: Any) -> None:
    request_token, message = await asked(ada)

    answer = await sign_in_by_code(ada.client, request_token, typed(code_of(message)))

    assert answer.status_code == 200


@pytest.mark.parametrize("code", ["", "1234", "ABCD-EFGU", "ABCD--EFGH", "ABCDEFGHJ", "AB CDEFGH"])
async def test_code_of_another_form_costs_no_try(ada: MemberClient, code: str) -> None:
    request_token, message = await asked(ada)
    for _ in range(6):
        assert_problem(await sign_in_by_code(ada.client, request_token, code), 422, "invalid-input")

    assert (await sign_in_by_code(ada.client, request_token, code_of(message))).status_code == 200


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_the_mail_has_link_and_code_and_no_secret_in_its_subject(
    create_member: CreateMember, language: str
) -> None:
    person = await create_member("bea", language=language)

    _, message = await asked(person)

    assert message["To"] == person.email
    assert message["Subject"] == {"en": "Sign in", "fr": "Connectez-vous"}[language]
    assert f"/sign-in#token={token_of(message)}" in message.get_content()
    headers = "\n".join(f"{name}: {value}" for name, value in message.items())
    assert code_of(message) not in headers
    assert token_of(message) not in headers


@pytest.mark.parametrize("first", ["link", "code"])
async def test_link_and_code_work_once_and_using_one_voids_the_other(
    ada: MemberClient, first: str
) -> None:
    request_token, message = await asked(ada)
    token, code = token_of(message), code_of(message)
    used = (
        await sign_in_by_link(ada.client, token)
        if first == "link"
        else await sign_in_by_code(ada.client, request_token, code)
    )

    assert used.status_code == 200
    assert_problem(await sign_in_by_link(ada.client, token), 410, "link-invalid")
    assert_problem(await sign_in_by_code(ada.client, request_token, code), 401, "wrong-code")


@pytest.mark.parametrize(("seconds", "status"), [(-1, 200), (0, 401)])
async def test_code_works_for_ten_minutes_and_the_link_longer(
    ada: MemberClient, clock: MovableClock, seconds: int, status: int
) -> None:
    request_token, message = await asked(ada)

    clock.advance(minutes=10, seconds=seconds)

    answer = await sign_in_by_code(ada.client, request_token, code_of(message))
    assert answer.status_code == status
    if status == 401:
        assert (await sign_in_by_link(ada.client, token_of(message))).status_code == 200


@pytest.mark.parametrize(("seconds", "status"), [(-1, 200), (0, 410)])
async def test_link_ends_two_hours_after_the_hour_of_its_mail(
    ada: MemberClient, clock: MovableClock, seconds: int, status: int
) -> None:
    _, message = await asked(ada)

    clock.at = end_of(ONE_TIME_TOKEN, clock()) + timedelta(seconds=seconds)

    assert (await sign_in_by_link(ada.client, token_of(message))).status_code == status


async def test_a_later_request_ends_no_earlier_one(ada: MemberClient) -> None:
    """Each of the mails is sent, also when several wait."""
    tokens = [await request_sign_in_mail(ada.client, ada.email) for _ in range(3)]
    mails = (await ada.mailbox.collect())[::-1]

    assert len(mails) == 3
    for request_token, message in zip(tokens[:2], mails[:2], strict=True):
        code = code_of(message)
        assert (await sign_in_by_code(ada.client, request_token, code)).status_code == 200
    assert (await sign_in_by_link(ada.client, token_of(mails[2]))).status_code == 200


async def test_it_counts_as_a_login_and_reactivates_an_account(
    ada: MemberClient, clock: MovableClock
) -> None:
    clock.at = end_of(PROFILE, clock()) + timedelta(days=5)
    _, message = await asked(ada)

    answer = await sign_in_by_link(ada.client, token_of(message))

    assert await is_signed_in(ada.client, answer)
    clock.at += timedelta(days=300)
    assert (await ada.sign_in()).status_code == 200


async def test_code_reactivates_an_account_too(ada: MemberClient, clock: MovableClock) -> None:
    clock.at = end_of(PROFILE, clock()) + timedelta(days=5)
    request_token, message = await asked(ada)

    answer = await sign_in_by_code(ada.client, request_token, code_of(message))

    assert await is_signed_in(ada.client, answer)


async def test_account_that_is_gone_gets_no_mail(ada: MemberClient, clock: MovableClock) -> None:
    clock.at = end_of(PROFILE, clock()) + timedelta(days=31)

    await request_sign_in_mail(ada.client, ada.email)

    assert await ada.mailbox.collect() == []


async def test_restricted_account_signs_in_as_with_its_password(ada: MemberClient) -> None:
    assert (await restrict(ada)).is_success
    await ada.mailbox.collect()
    _, message = await asked(ada)

    answer = await sign_in_by_link(ada.client, token_of(message))

    assert await is_signed_in(ada.client, answer)


async def test_address_with_a_waiting_registration_gets_its_confirmation(
    client: httpx.AsyncClient, mailbox: Mailbox
) -> None:
    person = MemberClient(client, mailbox, "bea")
    await person.register()
    await mailbox.collect()

    _, message = await asked(person)

    assert message["Subject"] == "Confirm your e-mail address first"
    assert "to sign in by mail" in message.get_content().replace("\n", " ")
    assert (await person.confirm(token_of(message))).is_success


async def test_username_is_no_address(ada: MemberClient) -> None:
    answer = await ada.client.post("/v1/auth/link", json={"email": ada.username})

    assert_problem(answer, 422, "invalid-input")


@pytest.mark.parametrize("way", ["password changed", "password reset", "address changed", "erased"])
async def test_links_and_codes_of_earlier_mails_end(ada: MemberClient, way: str) -> None:
    """Who can read the mailbox must not come back after the owner has locked them out."""
    request_token, message = await asked(ada)
    match way:
        case "password changed":
            await change_password(ada, "nine needles in the hay")
        case "password reset":
            await ada.client.post("/v1/auth/password/forgot", json={"email": ada.email})
            await reset(ada.client, await ada.mailbox.token(), "nine needles in the hay")
        case "address changed":
            await change_email(ada, "ada@new.example.org")
            await confirm_email(ada.client, token_of((await ada.mailbox.collect())[0]))
        case "erased":
            await erase(ada)

    code = code_of(message)
    assert_problem(await sign_in_by_code(ada.client, request_token, code), 401, "wrong-code")
    assert_problem(await sign_in_by_link(ada.client, token_of(message)), 410, "link-invalid")


async def test_mail_to_the_old_address_that_waits_is_not_sent(ada: MemberClient) -> None:
    await change_email(ada, "ada@new.example.org")
    confirm = token_of((await ada.mailbox.collect())[0])
    await request_sign_in_mail(ada.client, ada.email)
    await confirm_email(ada.client, confirm)

    subjects = [message["Subject"] for message in await ada.mailbox.collect()]

    assert subjects == ["Your e-mail address was changed"]


@pytest.mark.parametrize("by", ["link", "code"])
async def test_refresh_token_comes_in_a_cookie_when_asked(ada: MemberClient, by: str) -> None:
    request_token, message = await asked(ada)
    answer = await (
        sign_in_by_link(ada.client, token_of(message), session="cookie")
        if by == "link"
        else sign_in_by_code(ada.client, request_token, code_of(message), session="cookie")
    )

    assert "refresh_token" not in answer.json()
    assert re.match(r"dressform-refresh=[^;]{104};.*HttpOnly", refresh_cookie_of(answer))
    assert (await ada.client.post("/v1/auth/refresh")).status_code == 200


@pytest.mark.parametrize("by", ["link", "code"])
async def test_session_that_the_browser_had_ends(ada: MemberClient, by: str) -> None:
    request_token, message = await asked(ada)
    body = {"login": ada.username, "password": ada.password, "session": "cookie"}
    assert (await ada.client.post("/v1/auth/login", json=body)).status_code == 200
    replaced = ada.client.cookies["dressform-refresh"]
    answer = await (
        sign_in_by_link(ada.client, token_of(message), session="cookie")
        if by == "link"
        else sign_in_by_code(ada.client, request_token, code_of(message), session="cookie")
    )

    assert answer.status_code == 200
    assert (await ada.client.post("/v1/auth/refresh")).status_code == 200
    refused = await ada.client.post("/v1/auth/refresh", json={"refresh_token": replaced})
    assert_problem(refused, 401, "refresh-token-refused")


@pytest.mark.parametrize("path", ["redeem", "code"])
async def test_session_of_a_visit_has_a_cookie_of_the_visit(ada: MemberClient, path: str) -> None:
    request_token, message = await asked(ada)
    proof = (
        {"token": token_of(message)}
        if path == "redeem"
        else {"request_token": request_token, "code": code_of(message)}
    )

    body = proof | {"session": "cookie", "remember": False}
    answer = await ada.client.post(f"/v1/auth/link/{path}", json=body)

    assert answer.status_code == 200
    assert "max-age" not in refresh_cookie_of(answer).lower()


@pytest.mark.parametrize("by", ["link", "code"])
async def test_page_of_another_site_gets_no_cookie_and_spends_nothing(
    ada: MemberClient, by: str
) -> None:
    request_token, message = await asked(ada)
    headers = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}

    def sign_in(**more: Any) -> Any:
        if by == "link":
            return sign_in_by_link(ada.client, token_of(message), **more)
        return sign_in_by_code(ada.client, request_token, code_of(message), **more)

    refused = await sign_in(session="cookie", headers=headers)

    assert_problem(refused, 403, "origin-not-allowed")
    assert (await sign_in()).status_code == 200


async def test_only_one_of_parallel_uses_signs_in(ada: MemberClient) -> None:
    request_token, message = await asked(ada)

    answers = await asyncio.gather(
        *(sign_in_by_link(ada.client, token_of(message)) for _ in range(5)),
        *(sign_in_by_code(ada.client, request_token, code_of(message)) for _ in range(5)),
    )

    assert sorted(answer.status_code for answer in answers).count(200) == 1
    assert len(await sessions(ada)) == 2
