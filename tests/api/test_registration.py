import asyncio
from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest

from dressform.policy.account_data import PROFILE
from dressform.policy.sign_in_data import SIGN_UP
from dressform.repositories.expired_rows import MAX_GRACE_PERIOD
from dressform.repositories.rate_limits import REGISTER
from tests.conftest import MovableClock
from tests.helpers.assertions import assert_problem, comparable_response
from tests.helpers.coarse_times import end_of
from tests.helpers.members import PASSWORD, Mailbox, MemberClient, token_of


@pytest.fixture
def newcomer(client: httpx.AsyncClient, mailbox: Mailbox) -> Callable[..., MemberClient]:
    def make(username: str = "bea", **over: str) -> MemberClient:
        return MemberClient(client, mailbox, username, **over)

    return make


Newcomer = Callable[..., MemberClient]


async def verify(client: httpx.AsyncClient, token: str) -> httpx.Response:
    return await client.post("/v1/auth/verify-email", json={"token": token})


async def resend(client: httpx.AsyncClient, email: str) -> httpx.Response:
    return await client.post("/v1/auth/resend", json={"email": email})


async def test_whoever_confirms_can_sign_in(newcomer: Newcomer) -> None:
    bea = newcomer()

    assert (await bea.register()).status_code == 202
    assert_problem(await bea.sign_in(), 401, "wrong-credentials")
    assert_problem(await bea.sign_in(bea.email), 401, "wrong-credentials")
    assert (await bea.confirm()).status_code == 204
    assert (await bea.sign_in()).status_code == 200


async def test_language_may_be_left_out(client: httpx.AsyncClient, mailbox: Mailbox) -> None:
    body = {"email": "bea@example.org", "username": "bea", "password": PASSWORD}

    assert (await client.post("/v1/auth/register", json=body)).status_code == 202
    assert (await mailbox.receive_one())["Content-Language"] == "en"


@pytest.mark.parametrize("wanted", ["ada", "ADA", "Ada"])
async def test_a_members_username_is_taken(
    ada: MemberClient, newcomer: Newcomer, wanted: str
) -> None:
    again = newcomer(wanted, email="bea@example.org")

    assert_problem(await again.register(), 409, "username-taken")
    assert await ada.mailbox.collect() == []


async def test_the_username_of_one_who_waits_is_taken_until_it_runs_out(
    newcomer: Newcomer, clock: MovableClock
) -> None:
    await newcomer("bea").register()
    again = newcomer("BEA", email="other@example.org")

    assert_problem(await again.register(), 409, "username-taken")
    clock.advance(days=7)
    assert (await again.register()).status_code == 202


async def test_a_link_works_once(newcomer: Newcomer, client: httpx.AsyncClient) -> None:
    bea = newcomer()
    await bea.register()
    token = await bea.mailbox.token()

    assert (await verify(client, token)).status_code == 204
    assert_problem(await verify(client, token), 410, "link-invalid")
    assert (await bea.sign_in()).status_code == 200


@pytest.mark.parametrize(("seconds", "status"), [(-1, 204), (0, 410)])
async def test_a_link_ends_with_the_seventh_day(
    newcomer: Newcomer, clock: MovableClock, seconds: int, status: int
) -> None:
    bea = newcomer()
    await bea.register()
    token = await bea.mailbox.token()

    clock.at = end_of(SIGN_UP, clock()) + timedelta(seconds=seconds)

    assert (await verify(bea.client, token)).status_code == status


async def test_a_newer_link_replaces_the_one_before(newcomer: Newcomer) -> None:
    bea = newcomer()
    await bea.register()
    first = await bea.mailbox.token()

    assert (await resend(bea.client, "BEA@example.org")).status_code == 202
    second = await bea.mailbox.token()

    assert_problem(await verify(bea.client, first), 410, "link-invalid")
    assert (await verify(bea.client, second)).status_code == 204


async def test_resending_does_not_prolong_the_wait(newcomer: Newcomer, clock: MovableClock) -> None:
    bea = newcomer()
    await bea.register()
    await bea.mailbox.collect()
    clock.advance(days=6)
    await resend(bea.client, bea.email)
    token = await bea.mailbox.token()

    clock.advance(days=1)

    assert_problem(await verify(bea.client, token), 410, "link-invalid")


async def test_what_is_sent_again_speaks_the_language_of_the_sign_up(newcomer: Newcomer) -> None:
    bea = newcomer(language="fr")
    await bea.register()
    await bea.mailbox.collect()

    await resend(bea.client, bea.email)

    assert (await bea.mailbox.receive_one())["Content-Language"] == "fr"


async def test_resending_answers_the_same_whoever_waits(
    ada: MemberClient, newcomer: Newcomer
) -> None:
    bea = newcomer()
    await bea.register()
    await bea.mailbox.collect()

    answers = [
        comparable_response(await resend(ada.client, email))
        for email in (ada.email, bea.email, "nobody@example.org")
    ]

    assert answers[0] == answers[1] == answers[2]
    assert answers[0][0] == 202
    to = {message["To"]: message["Subject"] for message in await ada.mailbox.collect()}
    assert to == {
        ada.email: "You already have an account",
        bea.email: "Confirm your e-mail address",
    }


async def test_another_sign_up_for_the_address_can_neither_be_confirmed_nor_noticed(
    newcomer: Newcomer,
) -> None:
    """Its name must not come free either: that would tell that the address has an account now."""
    bea, probe = newcomer(), newcomer("probe", email="bea@example.org")
    await probe.register()
    probe_token = await probe.mailbox.token()
    await bea.register()

    await bea.confirm()

    assert_problem(
        await newcomer("probe", email="spy@example.org").register(), 409, "username-taken"
    )
    assert_problem(await verify(bea.client, probe_token), 409, "email-taken")
    assert (await bea.sign_in()).status_code == 200
    assert (await probe.sign_in()).status_code == 401


async def test_an_account_that_is_over_keeps_neither_name_nor_address(
    ada: MemberClient, clock: MovableClock
) -> None:
    """Even when no worker has come to remove it."""
    clock.at = end_of(PROFILE, clock()) + MAX_GRACE_PERIOD

    assert (await ada.register()).status_code == 202
    assert (await ada.confirm()).status_code == 204
    assert (await ada.sign_in()).status_code == 200


async def test_who_registers_anew_is_shown_the_way_back(
    ada: MemberClient, clock: MovableClock
) -> None:
    """Past its window, and not yet over: the account waits for its owner."""
    await ada.request("PATCH", "/v1/profiles/me", json={"bio": "I sew."})
    clock.at = end_of(PROFILE, clock())

    assert (await ada.register()).status_code == 202
    token = await ada.mailbox.token()
    reopened = await ada.client.post("/v1/auth/reopen", json={"token": token})

    assert reopened.status_code == 204
    assert (await ada.sign_in()).status_code == 200
    assert (await ada.request("GET", "/v1/profiles/me")).json()["bio"] == "I sew."


async def test_another_does_not_get_the_name_of_one_who_may_come_back(
    ada: MemberClient, newcomer: Newcomer, clock: MovableClock
) -> None:
    clock.at = end_of(PROFILE, clock())
    rival = newcomer("ada", email="rival@example.org")

    assert (await rival.register()).status_code == 202
    assert_problem(await rival.confirm(), 409, "username-taken")


async def test_one_name_wanted_twice_at_once(newcomer: Newcomer) -> None:
    rivals = [newcomer("bea", email=f"bea{number}@example.org") for number in range(5)]

    answers = await asyncio.gather(*(rival.register() for rival in rivals))

    assert sorted(answer.status_code for answer in answers) == [202, 409, 409, 409, 409]
    assert len(await rivals[0].mailbox.collect()) == 1


async def test_one_link_followed_twice_at_once(newcomer: Newcomer) -> None:
    bea = newcomer()
    await bea.register()
    token = await bea.mailbox.token()

    answers = await asyncio.gather(*(verify(bea.client, token) for _ in range(2)))

    assert sorted(answer.status_code for answer in answers) == [204, 410]


async def test_two_sign_ups_for_one_address_confirmed_at_once(newcomer: Newcomer) -> None:
    """One account comes of it, and neither waits for the other for ever."""
    for number in range(5):
        email = f"bea{number}@example.org"
        pair = [newcomer(f"bea-{number}-{which}", email=email) for which in "ab"]
        for one in pair:
            await one.register()
        tokens = [token_of(message) for message in await pair[0].mailbox.collect()]

        answers = await asyncio.gather(*(verify(pair[0].client, token) for token in tokens))

        assert sorted(answer.status_code for answer in answers) == [204, 409]
        assert sorted([(await one.sign_in()).status_code for one in pair]) == [200, 401]


async def test_five_mails_an_hour_whoever_has_an_account(
    ada: MemberClient, newcomer: Newcomer, clock: MovableClock
) -> None:
    clock.advance(hours=1)
    refused = []
    for email in (ada.email, "nobody@example.org"):
        for number in range(5):
            one = newcomer(f"name-{email[:3]}-{number}", email=email)
            assert (await one.register()).status_code == 202
        clock.advance(minutes=10)
        refused.append(await newcomer("one-more", email=email).register())
        refused.append(await newcomer("two-more", email=email.upper()).register())
        clock.advance(minutes=50)

    for answer in refused:
        assert_problem(answer, 429, "rate-limited")
        assert answer.headers["Retry-After"] == "3000"
    assert len({str(comparable_response(answer)) for answer in refused}) == 1
    assert (await newcomer("one-more", email="nobody@example.org").register()).status_code == 202


async def test_a_refused_registration_costs_no_mail(ada: MemberClient, newcomer: Newcomer) -> None:
    for _ in range(REGISTER.max + 1):
        assert (await newcomer("ada", email="bea@example.org").register()).status_code == 409
        assert (await newcomer(password="x" * 12).register()).status_code == 422

    assert (await newcomer().register()).status_code == 202


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "nobody"),
        ("email", "two@signs@example.org"),
        ("email", "nul\0@example.org"),
        ("email", "bea@example.org\nBcc: x@example.org"),
        ("email", "Bea <bea@example.org>"),
        ("email", f"bea@{'x' * 300}.org"),
        ("email", 70707070),
        ("username", "ab"),
        ("username", "bea\n"),
        ("username", "b@a"),
        ("username", ".bea"),
        ("username", "Administrator"),
        ("username", "\uff42\uff45\uff41"),
        ("username", "x" * 31),
        ("username", ["bea"]),
        ("password", 123456789012),
        ("language", "deutsch"),
        ("is_admin", True),
    ],
)
async def test_what_does_not_fit_is_named_and_not_repeated(
    client: httpx.AsyncClient, mailbox: Mailbox, field: str, value: object
) -> None:
    body = {"email": "bea@example.org", "username": "bea", "password": PASSWORD}

    answer = await client.post("/v1/auth/register", json=body | {field: value})

    assert_problem(answer, 422, "invalid-input")
    (error,) = answer.json()["errors"]
    assert error["pointer"] == f"#/{field}"
    assert str(value) not in comparable_response(answer)[2]
    assert await mailbox.collect() == []


@pytest.mark.parametrize("field", ["email", "username", "password", "language"])
async def test_half_of_a_character_is_refused(client: httpx.AsyncClient, field: str) -> None:
    body = {"email": "bea@example.org", "username": "bea", "password": PASSWORD}
    half = "".join(f'"{key}": "{text}\\ud800", ' for key, text in body.items() if key == field)
    rest = "".join(f'"{key}": "{text}", ' for key, text in body.items() if key != field)
    sent = "{" + (half or '"language": "\\ud800", ') + rest.rstrip(", ") + "}"

    answer = await client.post(
        "/v1/auth/register", content=sent, headers={"Content-Type": "application/json"}
    )

    assert_problem(answer, 422, "invalid-input")


@pytest.mark.parametrize("token", ["", "x" * 42, "x" * 44, "x" * 42 + "=", "x" * 42 + "\0", 7])
async def test_a_token_of_another_shape(client: httpx.AsyncClient, token: object) -> None:
    answer = await client.post("/v1/auth/verify-email", json={"token": token})

    assert_problem(answer, 422, "invalid-input")


async def test_a_token_that_nobody_was_sent(client: httpx.AsyncClient) -> None:
    assert_problem(await verify(client, "x" * 43), 410, "link-invalid")
