import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import httpx
import pytest

from dressform.policy.sign_in_data import ONE_TIME_TOKEN
from tests.conftest import MovableClock
from tests.helpers.assertions import assert_problem, comparable_response
from tests.helpers.auth import (
    change_email,
    change_password,
    confirm_email,
    forgot,
    login,
    refresh,
    reset,
    sessions,
)
from tests.helpers.coarse_times import end_of
from tests.helpers.members import PASSWORD, CreateMember, MemberClient, token_of

FRESH = "nine needles in the hay"


async def reset_token(person: MemberClient) -> str:
    assert (await forgot(person.client, person.email)).status_code == 202
    return await person.mailbox.token()


async def test_changing_the_password(ada: MemberClient) -> None:
    assert (await change_password(ada, FRESH)).status_code == 204

    assert (await login(ada.client, "ada", PASSWORD)).status_code == 401
    assert (await login(ada.client, "ada", FRESH)).status_code == 200
    told = await ada.mailbox.receive_one()
    assert (told["To"], told["Subject"]) == (ada.email, "Your password was changed")


async def test_changing_the_password_ends_every_other_session(ada: MemberClient) -> None:
    others = [(ada.access_token, ada.refresh_token)]
    await ada.sign_in()
    others.append((ada.access_token, ada.refresh_token))
    await ada.sign_in()

    await change_password(ada, FRESH)

    assert [one["current"] for one in await sessions(ada)] == [True]
    assert (await refresh(ada)).status_code == 200
    for ada.access_token, token in others:
        assert_problem(await ada.request("GET", "/v1/profiles/me"), 401, "unauthenticated")
        assert_problem(await refresh(ada, token), 401, "refresh-token-refused")


async def test_a_wrong_present_password_changes_nothing(ada: MemberClient) -> None:
    assert_problem(await change_password(ada, FRESH, "not it at all"), 403, "wrong-password")

    assert (await ada.sign_in()).status_code == 200
    assert await ada.mailbox.collect() == []


async def test_of_two_changes_at_once_only_one_holds(ada: MemberClient) -> None:
    """Or a thief's change, under way while the owner changes the password, would outlast it."""
    first, second = "nine needles in the hay", "eleven buttons on a coat"

    answers = await asyncio.gather(change_password(ada, first), change_password(ada, second))

    assert sorted(answer.status_code for answer in answers) == [204, 403]
    winner = first if answers[0].status_code == 204 else second
    for password in (first, second):
        worked = (await login(ada.client, "ada", password)).status_code == 200
        assert worked == (password == winner)


async def test_a_forgotten_password_is_reset_by_mail(ada: MemberClient) -> None:
    token = await reset_token(ada)

    assert (await reset(ada.client, token, FRESH)).status_code == 204

    assert_problem(await ada.request("GET", "/v1/profiles/me"), 401, "unauthenticated")
    assert_problem(await refresh(ada), 401, "refresh-token-refused")
    assert (await login(ada.client, ada.email, PASSWORD)).status_code == 401
    assert (await login(ada.client, ada.email, FRESH)).status_code == 200
    assert (await ada.mailbox.receive_one())["Subject"] == "Your password was changed"


async def test_a_reset_link_works_once(ada: MemberClient) -> None:
    token = await reset_token(ada)
    answers = await asyncio.gather(*(reset(ada.client, token, FRESH) for _ in range(2)))

    assert sorted(answer.status_code for answer in answers) == [204, 410]
    assert_problem(await reset(ada.client, token, PASSWORD), 410, "link-invalid")
    assert (await login(ada.client, "ada", FRESH)).status_code == 200


@pytest.mark.parametrize(("seconds", "status"), [(-1, 204), (0, 410)])
async def test_reset_link_ends_two_hours_after_the_hour_of_its_mail(
    ada: MemberClient, clock: MovableClock, seconds: int, status: int
) -> None:
    token = await reset_token(ada)

    clock.at = end_of(ONE_TIME_TOKEN, clock()) + timedelta(seconds=seconds)

    assert (await reset(ada.client, token, FRESH)).status_code == status


async def test_a_newer_reset_link_replaces_the_one_before(ada: MemberClient) -> None:
    first, second = await reset_token(ada), await reset_token(ada)

    assert_problem(await reset(ada.client, first, FRESH), 410, "link-invalid")
    assert (await reset(ada.client, second, FRESH)).status_code == 204


async def test_a_weak_password_does_not_use_up_the_link(ada: MemberClient) -> None:
    token = await reset_token(ada)

    assert_problem(await reset(ada.client, token, "adaadaadaada"), 422, "weak-password")
    assert (await reset(ada.client, token, FRESH)).status_code == 204


async def test_a_link_that_is_no_good_is_refused_before_the_password(ada: MemberClient) -> None:
    """Of whichever quality: nobody learns from it, and no time goes into hashing."""
    assert_problem(await reset(ada.client, "x" * 43, "adaadaadaada"), 410, "link-invalid")


@pytest.mark.parametrize("change", [change_password, None])
async def test_a_new_password_kills_links_mailed_before(
    ada: MemberClient, change: Callable[..., Awaitable[httpx.Response]] | None
) -> None:
    await change_email(ada, "thief@example.org")
    theirs, _ = sorted(await ada.mailbox.collect(), key=lambda message: message["To"] == ada.email)
    token = await reset_token(ada)

    done = await (change(ada, FRESH) if change else reset(ada.client, token, FRESH))

    assert done.status_code == 204
    assert_problem(await reset(ada.client, token, PASSWORD), 410, "link-invalid")
    assert_problem(await confirm_email(ada.client, token_of(theirs)), 410, "link-invalid")


async def test_a_new_password_stops_a_change_of_address_that_is_still_to_be_mailed(
    ada: MemberClient,
) -> None:
    await change_email(ada, "thief@example.org")

    await change_password(ada, FRESH)

    assert {message["To"] for message in await ada.mailbox.collect()} == {ada.email}


async def test_links_are_good_for_their_own_purpose_alone(ada: MemberClient) -> None:
    to_reset = await reset_token(ada)
    await change_email(ada, "ada@new.example.org")
    to_confirm = token_of((await ada.mailbox.collect())[0])

    assert_problem(await confirm_email(ada.client, to_reset), 410, "link-invalid")
    assert_problem(await reset(ada.client, to_confirm, FRESH), 410, "link-invalid")
    for token in (to_reset, to_confirm):
        answer = await ada.client.post(
            "/v1/auth/verify-email", json={"token": token, "password": PASSWORD}
        )
        assert_problem(answer, 410, "link-invalid")


async def test_the_address_changes_when_the_new_one_is_confirmed(ada: MemberClient) -> None:
    old, new = ada.email, "ada@new.example.org"

    assert (await change_email(ada, new)).status_code == 202
    mails = {message["To"]: message for message in await ada.mailbox.collect()}
    assert mails[old]["Subject"] == "Your e-mail address is about to change"
    assert "#token=" not in mails[old].get_content()
    assert new not in mails[old].get_content()
    assert (await login(ada.client, new, PASSWORD)).status_code == 401

    token = token_of(mails[new])
    assert (await confirm_email(ada.client, token)).status_code == 204
    told = await ada.mailbox.receive_one()
    assert (told["To"], told["Subject"]) == (old, "Your e-mail address was changed")
    assert (await login(ada.client, old, PASSWORD)).status_code == 401
    assert (await login(ada.client, new, PASSWORD)).status_code == 200
    assert (await ada.request("GET", "/v1/profiles/me")).json()["email"] == new
    assert_problem(await confirm_email(ada.client, token), 410, "link-invalid")


async def test_reset_links_to_the_old_address_die_with_it(ada: MemberClient) -> None:
    await change_email(ada, "ada@new.example.org")
    confirm = token_of((await ada.mailbox.collect())[0])
    token = await reset_token(ada)
    await forgot(ada.client, ada.email)

    await confirm_email(ada.client, confirm)

    assert_problem(await reset(ada.client, token, FRESH), 410, "link-invalid")
    (told,) = await ada.mailbox.collect()
    assert told["Subject"] == "Your e-mail address was changed"


async def test_a_taken_address_gives_no_hint(
    ada: MemberClient, create_member: CreateMember
) -> None:
    bea = await create_member("bea", language="fr")

    free, taken = await change_email(ada, "free@example.org"), await change_email(ada, bea.email)

    assert comparable_response(free) == comparable_response(taken)
    mails = {message["To"]: message["Subject"] for message in await ada.mailbox.collect()}
    assert mails[bea.email] == "Vous avez déjà un compte"
    assert mails["free@example.org"] == "Confirm your new e-mail address"


async def test_an_address_taken_before_it_was_confirmed(
    ada: MemberClient, create_member: CreateMember
) -> None:
    await change_email(ada, "bea@example.org")
    token = token_of((await ada.mailbox.collect())[0])
    bea = await create_member("bea")

    assert_problem(await confirm_email(ada.client, token), 409, "email-taken")
    assert (await bea.sign_in(bea.email)).status_code == 200
    assert (await ada.sign_in(ada.email)).status_code == 200


@pytest.mark.parametrize(("seconds", "status"), [(-1, 204), (0, 410)])
async def test_change_of_address_waits_until_two_hours_after_the_hour_of_its_mail(
    ada: MemberClient, clock: MovableClock, seconds: int, status: int
) -> None:
    await change_email(ada, "ada@new.example.org")
    token = token_of((await ada.mailbox.collect())[0])

    clock.at = end_of(ONE_TIME_TOKEN, clock()) + timedelta(seconds=seconds)

    assert (await confirm_email(ada.client, token)).status_code == status


async def test_a_wrong_password_changes_no_address(ada: MemberClient) -> None:
    answer = await change_email(ada, "ada@new.example.org", "not it at all")

    assert_problem(answer, 403, "wrong-password")
    assert await ada.mailbox.collect() == []


@pytest.mark.parametrize("path", ["password/change", "email/change", "sessions"])
async def test_strangers_change_nothing(client: httpx.AsyncClient, path: str) -> None:
    body = {"password": PASSWORD, "new_email": "x@example.org"}

    verb = "GET" if path == "sessions" else "POST"
    answer = await client.request(verb, f"/v1/auth/{path}", json=body)

    assert_problem(answer, 401, "unauthenticated")


@pytest.mark.parametrize(
    "own",
    [
        "ada@example.org",
        "ADA@Example.ORG",
        " ada@example.org\u00a0",
        "ada@\uff45xample.org",
    ],
)
async def test_the_own_address_as_the_new_one_is_told_without_mails(
    ada: MemberClient, own: str
) -> None:
    """As often as one likes: what brings no mail uses up none of the five an hour."""
    for _ in range(6):
        answer = await change_email(ada, own)
        assert_problem(answer, 422, "invalid-input")
        assert answer.json()["errors"] == [
            {"pointer": "#/new_email", "detail": "is the address of your account already"}
        ]

    assert await ada.mailbox.collect() == []
    assert_problem(await change_email(ada, own, "not the password"), 403, "wrong-password")
    assert (await change_email(ada, "other@example.org")).status_code == 202


@pytest.mark.parametrize(
    "address", ["=?utf-8?q?a?=@example.org", "=?a?b?c?=@example.org", '"a b"@example.org']
)
async def test_an_address_that_no_mail_can_be_written_to_is_refused_everywhere(
    ada: MemberClient, address: str
) -> None:
    answers = [
        await change_email(ada, address),
        await forgot(ada.client, address),
        await ada.client.post("/v1/auth/resend", json={"email": address}),
    ]

    for answer in answers:
        assert_problem(answer, 422, "invalid-input")
        assert address not in answer.text
