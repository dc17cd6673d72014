"""Attacks that use the service to fill the mailbox of another person, or to send them a text."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from zlib import crc32

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import func, select

from dressform.api.request_limiter import PublicLimiter
from dressform.db.tables import Mail
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.mail.mailboxes import mailbox_of
from tests.helpers.assertions import assert_problem
from tests.helpers.auth import change_email, forgot
from tests.helpers.members import CreateMember, Mailbox, MemberClient

TAGGED = [f"victim+{number}@example.org" for number in range(6)]
DOTTED = [
    "victim@gmail.com",
    "v.ictim@gmail.com",
    "Vi.ctim@googlemail.com",
    "v.i.c.t.i.m+tag@GMail.com",
    "vic.tim@gmail.com",
    "victi.m@gmail.com",
]

Ask = Callable[[MemberClient, str], Awaitable[httpx.Response]]


async def ask_to_register(ada: MemberClient, email: str) -> httpx.Response:
    name = f"name-{crc32(email.encode())}"
    return await MemberClient(ada.client, ada.mailbox, name, email=email).register()


async def ask_to_resend(ada: MemberClient, email: str) -> httpx.Response:
    return await ada.client.post("/v1/auth/resend", json={"email": email})


async def ask_to_reset(ada: MemberClient, email: str) -> httpx.Response:
    return await forgot(ada.client, email)


async def ask_to_sign_in(ada: MemberClient, email: str) -> httpx.Response:
    return await ada.client.post("/v1/auth/link", json={"email": email})


async def ask_to_change(ada: MemberClient, email: str) -> httpx.Response:
    return await change_email(ada, email)


ASK = [ask_to_register, ask_to_resend, ask_to_reset, ask_to_sign_in, ask_to_change]
ASK_AS_A_STRANGER = ASK[:4]
ASK_IN_SILENCE = ASK[1:4]
"""These are answered in the same way when no mail is sent."""


@pytest.mark.parametrize("ask", ASK)
@pytest.mark.parametrize("variants", [TAGGED, DOTTED], ids=["tags", "dots"])
async def test_variants_of_an_address_count_as_one_mailbox(
    ada: MemberClient, uows: UnitOfWorkFactory, ask: Ask, variants: list[str]
) -> None:
    before = await number_of_mails(uows)
    answers = [await ask(ada, email) for email in variants]

    last = 202 if ask in ASK_IN_SILENCE else 429
    assert [answer.status_code for answer in answers] == [202] * 5 + [last]
    per_request = 2 if ask is ask_to_change else 1
    assert await number_of_mails(uows) - before == 5 * per_request


async def test_one_kind_of_request_does_not_use_up_another(
    ada: MemberClient, uows: UnitOfWorkFactory
) -> None:
    """So a stranger who registers an address again and again does not take its owner's way back."""
    for ask in ASK:
        before = await number_of_mails(uows)
        for email in TAGGED:
            await ask(ada, email)
        assert await number_of_mails(uows) - before >= 5


async def number_of_mails(uows: UnitOfWorkFactory) -> int:
    counted = select(func.count()).select_from(Mail)
    return int(await uows.read().connection.scalar(counted))


async def test_a_member_cannot_mail_many_strangers(ada: MemberClient) -> None:
    """Each change also mails the member's own address, and the new one may be anybody's."""
    answers = [await change_email(ada, f"stranger{number}@example.org") for number in range(6)]

    assert [answer.status_code for answer in answers] == [202] * 5 + [429]


@pytest.mark.parametrize(
    ("address", "mailbox"),
    [
        ("Ada@Example.org", "ada@example.org"),
        ("ada+sewing@example.org", "ada@example.org"),
        ("ada+a+b@example.org", "ada@example.org"),
        ("a.da@example.org", "a.da@example.org"),
        ("a.d.a+x@gmail.com", "ada@gmail.com"),
        ("Ada@googlemail.com", "ada@gmail.com"),
        ("+ada@example.org", "+ada@example.org"),
        ("ada@mail.gmail.com", "ada@mail.gmail.com"),
    ],
)
def test_the_mailbox_of_an_address(address: str, mailbox: str) -> None:
    assert mailbox_of(address) == mailbox


@pytest.fixture
def narrow(app: FastAPI) -> None:
    """Accept one request of strangers a second, and two at once."""
    app.state.dressform = replace(app.state.dressform, public_limiter=PublicLimiter(1))


async def use_up(ada: MemberClient) -> None:
    for number in range(100):
        answer = await forgot(ada.client, f"person{number}@example.org")
        if answer.status_code == 503:
            return
        assert answer.status_code == 202
    pytest.fail("100 requests at once were all accepted")


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize("ask", ASK_AS_A_STRANGER)
async def test_strangers_cannot_queue_mail_faster_than_the_ceiling(
    ada: MemberClient, ask: Ask
) -> None:
    """It looks at no address, so the owner of an account is refused like any other."""
    await use_up(ada)

    refused = await ask(ada, ada.email)

    assert_problem(refused, 503, "unavailable")
    assert refused.headers["Retry-After"] == "1"


@pytest.mark.usefixtures("narrow")
async def test_a_refusal_by_the_ceiling_costs_no_attempt(ada: MemberClient) -> None:
    await use_up(ada)
    for _ in range(3):
        assert (await forgot(ada.client, ada.email)).status_code == 503

    await asyncio.sleep(1)

    assert (await forgot(ada.client, ada.email)).status_code == 202


@pytest.mark.usefixtures("narrow")
async def test_the_ceiling_does_not_hold_for_members(ada: MemberClient) -> None:
    await use_up(ada)

    assert (await change_email(ada, "new@example.org")).status_code == 202


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", ["free-gift-evilvruha", "evil_site"])
async def test_the_first_mail_holds_no_text_of_a_strangers_choice(
    client: httpx.AsyncClient, mailbox: Mailbox, language: str, name: str
) -> None:
    """A name that looks like a domain, which mail programs turn into a link, is refused before."""
    stranger = MemberClient(client, mailbox, name, email="victim@example.org", language=language)
    assert (await stranger.register()).status_code == 202

    message = await mailbox.receive_one()

    assert name not in message.as_string()
    assert name not in message.get_content()


async def test_the_mail_to_a_new_address_holds_no_text_of_the_members_choice(
    create_member: CreateMember,
) -> None:
    """The new address may be a stranger's, who has not confirmed it."""
    member = await create_member("free-gift-evilvruha", email="eve@example.org")
    await change_email(member, "victim@example.org")

    found = {message["To"]: message.as_string() for message in await member.mailbox.collect()}

    assert "evilvruha" not in found["victim@example.org"]
