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
from tests.helpers.auth import forgot
from tests.helpers.coarse_times import end_of
from tests.helpers.members import PASSWORD, Mailbox, MemberClient, token_of


@pytest.fixture
def newcomer(client: httpx.AsyncClient, mailbox: Mailbox) -> Callable[..., MemberClient]:
    def make(username: str = "bea", **over: str) -> MemberClient:
        return MemberClient(client, mailbox, username, **over)

    return make


Newcomer = Callable[..., MemberClient]


async def verify(
    client: httpx.AsyncClient, token: object, password: str = PASSWORD
) -> httpx.Response:
    body = {"token": token, "password": password}
    return await client.post("/v1/auth/verify-email", json=body)


async def resend(client: httpx.AsyncClient, email: str) -> httpx.Response:
    return await client.post("/v1/auth/resend", json={"email": email})


async def test_whoever_confirms_can_sign_in(newcomer: Newcomer) -> None:
    bea = newcomer()

    assert (await bea.register()).status_code == 202
    assert_problem(await bea.sign_in(), 401, "wrong-credentials")
    assert_problem(await bea.sign_in(bea.email), 401, "wrong-credentials")
    assert (await bea.confirm()).status_code == 200
    assert (await bea.request("GET", "/v1/profiles/me")).json()["username"] == "bea"
    assert (await bea.sign_in()).status_code == 200


async def test_confirming_signs_in_by_cookie(newcomer: Newcomer, client: httpx.AsyncClient) -> None:
    """It counts as a login, and the tokens are those of one."""
    bea = newcomer()
    await bea.register()

    answer = await bea.confirm(session="cookie")

    assert answer.status_code == 200
    assert answer.json().keys() == {"access_token", "token_type", "expires_in"}
    assert "HttpOnly" in answer.headers["Set-Cookie"]
    assert answer.headers["Cache-Control"] == "no-store"
    again = await client.post("/v1/auth/refresh")
    assert again.status_code == 200
    client.cookies.clear()


async def test_confirming_by_cookie_is_refused_to_another_site(newcomer: Newcomer) -> None:
    bea = newcomer()
    await bea.register()
    body = {"token": await bea.mailbox.token(), "password": bea.password, "session": "cookie"}

    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = await bea.client.post("/v1/auth/verify-email", json=body, headers=headers)
        assert_problem(answer, 403, "origin-not-allowed")

    assert (await bea.confirm(body["token"])).status_code == 200


async def test_a_wrong_password_leaves_the_link_as_it_is(
    newcomer: Newcomer, client: httpx.AsyncClient
) -> None:
    bea = newcomer()
    await bea.register()
    token = await bea.mailbox.token()

    for _ in range(9):
        answer = await verify(client, token, "eight tailors measured once")
        assert_problem(answer, 403, "wrong-password")
        assert "register again" in answer.json()["detail"]
        assert (await bea.sign_in()).status_code == 401

    assert (await bea.confirm(token)).status_code == 200


async def test_passwords_for_a_link_are_limited(
    newcomer: Newcomer, client: httpx.AsyncClient, clock: MovableClock
) -> None:
    bea = newcomer()
    await bea.register()
    token = await bea.mailbox.token()
    for _ in range(20):
        await verify(client, token, "eight tailors measured once")

    assert_problem(await bea.confirm(token), 429, "rate-limited")
    clock.advance(minutes=30)
    assert (await bea.confirm(token)).status_code == 200


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


async def test_the_username_of_one_who_waits_is_free(newcomer: Newcomer) -> None:
    """Also to one who mistyped their address, and registers again with the right one."""
    mistyped = newcomer("bea", email="bea@gmial.example.org")
    await mistyped.register()
    bea = newcomer("BEA", email="bea@gmail.example.org")

    assert (await bea.register()).status_code == 202
    to_bea = {message["To"]: token_of(message) for message in await bea.mailbox.collect()}
    assert (await bea.confirm(to_bea[bea.email])).status_code == 200
    assert (await bea.request("GET", "/v1/profiles/me")).json()["username"] == "BEA"


async def test_who_confirms_first_has_the_name_and_the_other_is_told(
    newcomer: Newcomer, client: httpx.AsyncClient
) -> None:
    first = newcomer("bea", email="first@example.org")
    other = newcomer("Bea", email="other@example.org", language="fr")
    await first.register()
    await other.register()
    tokens = {message["To"]: token_of(message) for message in await first.mailbox.collect()}
    assert (await first.confirm(tokens[first.email])).status_code == 200

    told = await other.mailbox.receive_one()
    assert (told["To"], told["Content-Language"]) == (other.email, "fr")
    assert told["Subject"] == "Le nom que vous avez choisi est pris"
    assert "bea" not in told.get_content().lower()
    assert_problem(await other.confirm(tokens[other.email]), 409, "username-taken")
    assert_problem(await other.confirm(tokens[other.email], username="BEA"), 409, "username-taken")
    assert (await other.confirm(tokens[other.email], username=" Cleo ")).status_code == 200
    assert (await other.request("GET", "/v1/profiles/me")).json()["username"] == "Cleo"
    assert await other.mailbox.collect() == []


async def test_a_name_that_a_member_took_by_renaming_is_told_once(
    ada: MemberClient, newcomer: Newcomer
) -> None:
    bea = newcomer()
    await bea.register()
    token = await bea.mailbox.token()

    for name in ("bea", "ada", "bea"):
        changed = await ada.request("PATCH", "/v1/profiles/me", json={"username": name})
        assert changed.status_code == 200

    assert (await bea.mailbox.receive_one())["To"] == bea.email
    assert_problem(await bea.confirm(token), 409, "username-taken")


async def test_a_link_that_opened_the_account_says_so(
    newcomer: Newcomer, client: httpx.AsyncClient, clock: MovableClock
) -> None:
    """To who has it. The links of other registrations of the address say it as well."""
    bea = newcomer()
    await bea.register()
    await newcomer("bea2", email=bea.email, password="another phrase of five words").register()
    tokens = [token_of(message) for message in await bea.mailbox.collect()]

    assert (await bea.confirm(tokens[0])).status_code == 200
    for token in tokens:
        assert_problem(await verify(client, token), 409, "already-confirmed")
        assert_problem(await verify(client, token, "any other"), 409, "already-confirmed")
    clock.at = end_of(SIGN_UP, clock())
    assert_problem(await verify(client, tokens[0]), 410, "link-invalid")


async def test_a_link_of_an_erased_account_says_nothing(newcomer: Newcomer) -> None:
    bea = newcomer()
    await bea.register()
    token = await bea.mailbox.token()
    await bea.confirm(token)

    erased = await bea.request("POST", "/v1/privacy/erasure", json={"password": bea.password})

    assert erased.status_code == 204
    assert_problem(await verify(bea.client, token), 410, "link-invalid")


@pytest.mark.parametrize(("seconds", "status"), [(-1, 200), (0, 410)])
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
    assert (await verify(bea.client, second)).status_code == 200


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
    bea, probe = newcomer(), newcomer("probe", email="bea@example.org")
    await probe.register()
    probe_token = await probe.mailbox.token()
    await bea.register()
    before = comparable_response(await newcomer("probe", email="spy@example.org").register())
    tokens = [
        token_of(message) for message in await bea.mailbox.collect() if message["To"] == bea.email
    ]

    assert (await bea.confirm(tokens[0])).status_code == 200

    after = comparable_response(await newcomer("probe", email="spy@example.org").register())
    assert before == after
    assert_problem(await probe.confirm(probe_token), 409, "already-confirmed")
    assert (await bea.sign_in()).status_code == 200
    assert (await probe.sign_in()).status_code == 401


async def test_an_account_that_is_over_keeps_no_address_and_its_name_is_held(
    ada: MemberClient, newcomer: Newcomer, clock: MovableClock
) -> None:
    """Even when no worker has come to remove it."""
    clock.at = end_of(PROFILE, clock()) + MAX_GRACE_PERIOD
    again = newcomer("grace", email=ada.email)

    assert (await ada.register()).status_code == 202
    assert_problem(await ada.confirm(), 409, "username-taken")
    assert (await again.register()).status_code == 202
    assert (await again.confirm()).status_code == 200
    assert (await again.sign_in()).status_code == 200


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
    token = await rival.mailbox.token()
    assert_problem(await rival.confirm(token), 409, "username-taken")


async def test_one_name_confirmed_by_several_at_once(newcomer: Newcomer) -> None:
    rivals = [newcomer("bea", email=f"bea{number}@example.org") for number in range(5)]
    answers = await asyncio.gather(*(rival.register() for rival in rivals))
    assert {answer.status_code for answer in answers} == {202}
    tokens = {message["To"]: token_of(message) for message in await rivals[0].mailbox.collect()}

    answers = await asyncio.gather(*(rival.confirm(tokens[rival.email]) for rival in rivals))

    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409]
    assert {answer.json().get("type") for answer in answers} == {None, "/problems#username-taken"}


async def test_one_link_followed_twice_at_once(newcomer: Newcomer) -> None:
    bea = newcomer()
    await bea.register()
    token = await bea.mailbox.token()

    answers = await asyncio.gather(*(verify(bea.client, token) for _ in range(2)))

    assert sorted(answer.status_code for answer in answers) == [200, 409]
    (refused,) = (answer for answer in answers if answer.status_code == 409)
    assert_problem(refused, 409, "already-confirmed")


async def test_two_sign_ups_for_one_address_confirmed_at_once(newcomer: Newcomer) -> None:
    """One account comes of it, and neither waits for the other for ever."""
    for number in range(5):
        email = f"bea{number}@example.org"
        pair = [
            newcomer(f"bea-{number}-{which}", email=email, password=f"{PASSWORD} {which}")
            for which in "ab"
        ]
        for one in pair:
            await one.register()
        tokens = [token_of(message) for message in await pair[0].mailbox.collect()]

        answers = await asyncio.gather(
            *(one.confirm(token) for one, token in zip(pair, tokens, strict=True))
        )

        assert sorted(answer.status_code for answer in answers) == [200, 409]
        assert sorted([(await one.sign_in()).status_code for one in pair]) == [200, 401]


async def test_the_latest_of_two_registrations_with_one_password_counts(
    newcomer: Newcomer,
) -> None:
    """It has the name that its owner wanted last."""
    await newcomer("bea-typo").register()
    bea = newcomer("bea", email="bea-typo@example.org")
    await bea.register()
    first, _ = [token_of(message) for message in await bea.mailbox.collect()]

    assert (await bea.confirm(first)).status_code == 200
    assert (await bea.request("GET", "/v1/profiles/me")).json()["username"] == "bea"


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
        ("username", "be\na"),
        ("email", "=?utf-8?q?a?=@example.org"),
        ("email", "a=?us-ascii?q?b?=@example.org"),
        ("email", '"a b"@example.org'),
        ("email", "b\u00e9a@example.org"),
        ("email", "bea@[127.0.0.1]"),
        ("email", f"{'x' * 65}@example.org"),
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
    assert_problem(await verify(client, token), 422, "invalid-input")


async def test_a_token_that_nobody_was_sent(client: httpx.AsyncClient) -> None:
    assert_problem(await verify(client, "x" * 43), 410, "link-invalid")


SPACES = ("{} ", " {}", "\t{}\n", "\u00a0{}", "{}\u2003", "\u3000{}\u2028", "\ufeff{}", "{}\u200b")


@pytest.mark.parametrize("space", SPACES)
async def test_white_space_around_addresses_and_names_is_removed(
    newcomer: Newcomer, client: httpx.AsyncClient, space: str
) -> None:
    spaced = newcomer(space.format("bea"), email=space.format("bea@example.org"))
    assert (await spaced.register()).status_code == 202
    assert (await resend(client, spaced.email)).status_code == 202
    mails = await spaced.mailbox.collect()
    assert {message["To"] for message in mails} == {"bea@example.org"}
    assert (await spaced.confirm(token_of(mails[-1]))).status_code == 200

    for login in (spaced.email, spaced.username):
        assert (await spaced.sign_in(login)).status_code == 200
    profile = (await spaced.request("GET", "/v1/profiles/me")).json()
    assert (profile["username"], profile["email"]) == ("bea", "bea@example.org")
    renamed = await spaced.request(
        "PATCH", "/v1/profiles/me", json={"username": space.format("cleo")}
    )
    assert renamed.json()["username"] == "cleo"
    forgot = {"email": space.format("bea@example.org")}
    assert (await client.post("/v1/auth/password/forgot", json=forgot)).status_code == 202
    assert (await spaced.mailbox.receive_one())["To"] == "bea@example.org"
    change = {"password": PASSWORD, "new_email": space.format("new@example.org")}
    asked = await spaced.request("POST", "/v1/auth/email/change", json=change)
    assert asked.status_code == 202
    assert "new@example.org" in {message["To"] for message in await spaced.mailbox.collect()}


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("path", ["password/forgot", "link"])
async def test_a_reset_or_a_sign_in_mail_before_confirming_brings_a_link_that_confirms(
    newcomer: Newcomer, client: httpx.AsyncClient, path: str, language: str
) -> None:
    bea = newcomer(language=language)
    await bea.register()
    await bea.mailbox.collect()

    asked = await client.post(f"/v1/auth/{path}", json={"email": bea.email})

    assert asked.status_code == 202
    message = await bea.mailbox.receive_one()
    subjects = {
        "en": "Confirm your e-mail address first",
        "fr": "Confirmez d'abord votre adresse e-mail",
    }
    assert message["Subject"] == subjects[language]
    assert "/verify-email#token=" in message.get_content()
    assert (await bea.confirm(token_of(message))).status_code == 200


async def test_no_mail_after_a_reset_of_what_neither_waits_nor_is(
    newcomer: Newcomer, client: httpx.AsyncClient, clock: MovableClock
) -> None:
    bea = newcomer()
    await bea.register()
    await bea.mailbox.collect()
    clock.at = end_of(SIGN_UP, clock())

    for email in (bea.email, "nobody@example.org"):
        assert (await forgot(client, email)).status_code == 202
    assert await bea.mailbox.collect() == []
