"""A stranger registers the address of a victim before or after them, to own the account later."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from email.message import EmailMessage
from itertools import permutations

import httpx
import pytest
from fastapi import FastAPI

from dressform.api.app import create_app
from dressform.settings.settings import Settings
from tests.conftest import MovableClock
from tests.helpers.assertions import assert_problem
from tests.helpers.auth import change_email, confirm_email, forgot
from tests.helpers.members import CreateMember, Mailbox, MemberClient, token_of

EMAIL = "victim@example.org"
KNOWN = "the attacker knows this phrase"
ORDERS = [
    *permutations(["victim", "attacker", "resend"]),
    *permutations(["victim", "attacker", "forgot"]),
    ("attacker", "victim", "attacker", "resend"),
    ("attacker", "attacker", "victim", "attacker", "resend"),
    ("victim", "resend", "attacker", "resend"),
    ("victim", "attacker"),
    ("attacker", "victim"),
]


@pytest.fixture
def victim(client: httpx.AsyncClient, mailbox: Mailbox) -> MemberClient:
    return MemberClient(client, mailbox, "victoria", email=EMAIL)


def make_attacker(victim: MemberClient, number: int = 0) -> MemberClient:
    return MemberClient(
        victim.client, victim.mailbox, f"mallory-{number}", email=EMAIL, password=KNOWN
    )


async def play(victim: MemberClient, order: Sequence[str]) -> list[EmailMessage]:
    """Do the steps in their order, and return the mails, which the victim reads."""
    mails = []
    for number, step in enumerate(order):
        match step:
            case "victim":
                answer = await victim.register()
            case "attacker":
                answer = await make_attacker(victim, number).register()
            case "resend":
                answer = await victim.client.post("/v1/auth/resend", json={"email": EMAIL})
            case _:
                answer = await forgot(victim.client, EMAIL)
        assert answer.status_code == 202
        mails += await victim.mailbox.collect()
    return mails


async def assert_attacker_has_nothing(victim: MemberClient) -> None:
    for number in range(6):
        attacker = make_attacker(victim, number)
        assert (await attacker.sign_in()).status_code == 401
    assert (await make_attacker(victim).sign_in(EMAIL)).status_code == 401


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
async def test_who_reads_the_mail_and_typed_the_password_has_the_account(
    victim: MemberClient, order: Sequence[str]
) -> None:
    """Every link that still works opens it, whichever registration it was mailed for."""
    tokens = [token_of(message) for message in await play(victim, order)]
    answers = [(await victim.confirm(token)).status_code for token in tokens]

    # The first link that works opens the account; replaced ones are dead.
    assert answers.count(200) == 1
    assert set(answers) <= {200, 409, 410}
    profile = (await victim.request("GET", "/v1/profiles/me")).json()
    assert (profile["username"], profile["email"]) == ("victoria", EMAIL)
    assert (await victim.sign_in(EMAIL)).status_code == 200
    await assert_attacker_has_nothing(victim)
    for token in tokens:
        assert (await make_attacker(victim).confirm(token)).status_code in {409, 410}


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
async def test_the_newest_link_always_works(victim: MemberClient, order: Sequence[str]) -> None:
    """It may have been sent before the victim registered: it proves the address all the same."""
    *_, newest = await play(victim, order)

    assert (await victim.confirm(token_of(newest))).status_code == 200
    await assert_attacker_has_nothing(victim)


async def test_a_link_alone_opens_no_registration_of_the_attacker(victim: MemberClient) -> None:
    """The victim registered nothing, and types a password that they use elsewhere."""
    (message,) = await play(victim, ["attacker"])

    assert_problem(await victim.confirm(token_of(message)), 403, "wrong-password")
    await assert_attacker_has_nothing(victim)


async def test_a_link_of_an_own_address_confirms_no_other(victim: MemberClient) -> None:
    await victim.register()
    own = MemberClient(victim.client, victim.mailbox, "mallory", email="mallory@example.org")
    own.password = KNOWN
    await own.register()
    tokens = {message["To"]: token_of(message) for message in await own.mailbox.collect()}
    body = {"token": tokens[own.email], "password": victim.password}

    answer = await victim.client.post("/v1/auth/verify-email", json=body)

    assert_problem(answer, 403, "wrong-password")
    assert (await own.confirm(tokens[EMAIL])).status_code == 403


async def test_a_flood_of_registrations_gives_the_attacker_nothing(
    victim: MemberClient, clock: MovableClock
) -> None:
    """Five wait at most, so theirs displace the victim's, who registers again."""
    await victim.register()
    await victim.mailbox.collect()
    clock.advance(hours=1)
    await play(victim, ["attacker"] * 5)
    clock.advance(hours=1)
    (link,) = await play(victim, ["resend"])
    assert_problem(await victim.confirm(token_of(link)), 403, "wrong-password")

    await victim.register()
    mails = await victim.mailbox.collect()

    assert (await victim.confirm(token_of(mails[-1]))).status_code == 200
    await assert_attacker_has_nothing(victim)


async def test_a_new_address_takes_the_registrations_of_strangers_along(
    victim: MemberClient, create_member: CreateMember
) -> None:
    """A member moves to an address for which the attacker registered before."""
    member = await create_member("zoe")
    (link,) = await play(victim, ["attacker"])
    await change_email(member, EMAIL)
    mails = {message["To"]: message for message in await victim.mailbox.collect()}
    assert (await confirm_email(victim.client, token_of(mails[EMAIL]))).status_code == 204

    answer = await make_attacker(victim).confirm(token_of(link))

    assert_problem(answer, 409, "already-confirmed")
    await assert_attacker_has_nothing(victim)


@pytest.fixture
async def twin(settings: Settings, clock: MovableClock, app: FastAPI) -> AsyncIterator[FastAPI]:
    """Yield another process on the same database."""
    other = create_app(settings, clock)
    async with other.router.lifespan_context(other):
        yield other


async def test_two_processes_make_one_account_of_one_address(
    victim: MemberClient, twin: FastAPI
) -> None:
    """Neither waits for the other, although both delete the registrations of the address."""
    transport = httpx.ASGITransport(twin, raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://localhost:8000"
    ) as elsewhere:
        for number in range(5):
            email = f"both-{number}@example.org"
            pair = [
                MemberClient(client, victim.mailbox, f"both-{number}-{n}", email=email)
                for n, client in enumerate((victim.client, elsewhere))
            ]
            pair[1].password = KNOWN
            for one in pair:
                await one.register()
            tokens = [token_of(message) for message in await victim.mailbox.collect()]

            async with asyncio.timeout(10):
                answers = await asyncio.gather(*(one.confirm(tokens[number % 2]) for one in pair))

            assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_a_member_cannot_move_a_victim_into_the_members_account(
    create_member: CreateMember, mailbox: Mailbox
) -> None:
    """The attacker asks for the victim's address, and the victim follows the link."""
    attacker = await create_member("mallory", password=KNOWN)
    await attacker.request(
        "POST", "/v1/auth/email/change", json={"password": KNOWN, "new_email": EMAIL}
    )
    mails = {message["To"]: message for message in await mailbox.collect()}

    answer = await confirm_email(attacker.client, token_of(mails[EMAIL]))

    assert_problem(answer, 403, "wrong-password")
    assert "set-cookie" not in answer.headers
    assert (await attacker.request("GET", "/v1/profiles/me")).json()["email"] == attacker.email
    # The link is not used up: the member who has both may still confirm.
    assert (await confirm_email(attacker.client, token_of(mails[EMAIL]), KNOWN)).status_code == 204
