import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from uuid import UUID

import httpx
import pytest
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as SmtpSession
from pydantic import SecretStr
from sqlalchemy import func, select, update

from dressform.database import Unit, Units
from dressform.repositories.mails import Mails
from dressform.settings import Settings
from dressform.tables import Mail
from dressform.worker.process import duties_of
from dressform.worker.scheduler import Duties
from tests.auth_calls import change_email, change_password, erase, forgot
from tests.conftest import MovableClock
from tests.people import Mailbox, Person, token_of

Join = Callable[..., Awaitable[Person]]

BOTH = ("en", "fr")


class PostOffice:
    """A mail server for one test; what `verdict` says of a recipient is its answer."""

    def __init__(self) -> None:
        self.received: list[tuple[str, EmailMessage]] = []
        self.verdict: Callable[[str], str] = lambda _: "250 OK"
        self.port = 0
        self._server: asyncio.Server | None = None

    async def handle_RCPT(  # noqa: N802, PLR0917  aiosmtpd's names
        self, server: SMTP, session: SmtpSession, envelope: Envelope, address: str, options: Any
    ) -> str:
        verdict = self.verdict(address)
        if verdict.startswith("250"):
            envelope.rcpt_tos.append(address)
        return verdict

    async def handle_DATA(self, server: SMTP, session: SmtpSession, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        (recipient,) = envelope.rcpt_tos
        self.received.append((recipient, message))
        return "250 OK"

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: SMTP(self, loop=loop, hostname="post.example"), "127.0.0.1", self.port
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()


@pytest.fixture
async def office() -> AsyncIterator[PostOffice]:
    office = PostOffice()
    await office.open()
    yield office
    await office.close()


@pytest.fixture
def by_smtp(office: PostOffice, settings: Settings, units: Units) -> Duties:
    url = SecretStr(f"smtp://127.0.0.1:{office.port}")
    changes = {"smtp_url": url, "mail_from": "Dressform <post@sewing.example>"}
    return duties_of(settings.model_copy(update=changes), units)


async def waiting(units: Units) -> int:
    async with units.reading() as unit:
        found = await unit.connection.execute(select(func.count()).select_from(Mail))
        return found.scalar_one()


async def test_a_registration_by_smtp(
    client: httpx.AsyncClient, mailbox: Mailbox, by_smtp: Duties, office: PostOffice, units: Units
) -> None:
    bea = Person(client, mailbox, "bea", language="fr")
    await bea.register()

    assert await by_smtp.deliver() == 1

    ((recipient, message),) = office.received
    assert recipient == message["To"] == "bea@example.org"
    assert message["From"] == "Dressform <post@sewing.example>"
    assert message["Subject"] == "Confirmez votre adresse e-mail"
    assert message["Content-Language"] == "fr"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"].endswith("@sewing.example>")
    assert message.get_content_type() == "text/plain"
    assert "vous nous l'espérons, s'est inscrit sur http://localhost:8000" in message.get_content()
    token = token_of(message)
    answer = await client.post("/v1/auth/verify-email", json={"token": token})
    assert answer.status_code == 204
    assert await waiting(units) == 0
    assert await by_smtp.deliver() == 0


async def every_mail(person: Person, language: str) -> dict[str, EmailMessage]:
    """Each that the service writes, by what it is about."""
    mailbox = person.mailbox
    found = {}
    await person.client.post(
        "/v1/auth/register",
        json={
            "email": person.email,
            "username": "another",
            "password": person.password,
            "language": "en",
        },
    )
    found["already registered"] = await mailbox.one()
    await person.register()
    await forgot(person.client, person.email)
    found["reset"] = await mailbox.one()
    await change_email(person, "new@example.org")
    found["confirm"], found["asked"] = await mailbox.collect()
    body = {"token": token_of(found["confirm"])}
    await person.client.post("/v1/auth/email/confirm", json=body)
    found["changed"] = await mailbox.one()
    person.email = "new@example.org"
    await change_password(person, "nine needles in the hay")
    person.password = "nine needles in the hay"
    found["password"] = await mailbox.one()
    await erase(person)
    found["erased"] = await mailbox.one()
    return found


@pytest.mark.parametrize("language", BOTH)
async def test_every_mail_speaks_the_members_language(join: Join, language: str) -> None:
    person = await join("zoe", language=language)

    found = await every_mail(person, language)

    assert len(found) == 7
    words = {"en": " your ", "fr": " votre "}[language]
    for message in found.values():
        assert message["Content-Language"] == language
        assert words in f"{message['Subject']} {message.get_content()}".replace("\n", " ").lower()
        assert "http://localhost:8000" in message.get_content()
        assert "{{" not in message.get_content()
        assert "zoe@" not in message.get_content()
        assert "new@" not in message.get_content()


@pytest.mark.parametrize("language", BOTH)
async def test_a_token_stands_in_the_fragment_alone(join: Join, language: str) -> None:
    person = await join("zoe", language=language)

    found = await every_mail(person, language)

    with_links = {kind for kind, message in found.items() if "token" in message.get_content()}
    assert with_links == {"reset", "confirm"}
    for kind, page in (("reset", "reset-password"), ("confirm", "confirm-email")):
        token = token_of(found[kind])
        link = f"http://localhost:8000/{page}#token={token}\n"
        assert link in found[kind].get_content()
        assert found[kind].as_string().count(token) == 1


async def test_links_lead_to_the_site(
    client: httpx.AsyncClient, mailbox: Mailbox, settings: Settings, units: Units
) -> None:
    changed = settings.model_copy(update={"site_url": "https://sewing.example"})
    await Person(client, mailbox, "bea").register()

    await duties_of(changed, units).deliver()

    assert "https://sewing.example/verify-email#token=" in (await mailbox.one()).get_content()


async def test_a_refused_recipient_is_tried_again_and_holds_up_nobody(
    client: httpx.AsyncClient,
    mailbox: Mailbox,
    by_smtp: Duties,
    office: PostOffice,
    clock: MovableClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    office.verdict = lambda address: (
        f"450 <{address}> come back later" if address.startswith("bea") else "250 OK"
    )
    for name in ("ann", "bea", "cyd"):
        await Person(client, mailbox, name).register()

    assert await by_smtp.deliver() == 2
    assert [to for to, _ in office.received] == ["ann@example.org", "cyd@example.org"]
    assert "SMTPRecipientsRefused" in caplog.text
    assert "example.org" not in caplog.text.replace("localhost", "")

    office.verdict = lambda _: "250 OK"
    assert await by_smtp.deliver() == 0
    clock.advance(seconds=30)
    assert await by_smtp.deliver() == 1
    assert office.received[-1][0] == "bea@example.org"


async def test_a_server_that_is_down_is_tried_less_and_less_often(
    client: httpx.AsyncClient,
    mailbox: Mailbox,
    by_smtp: Duties,
    office: PostOffice,
    units: Units,
    clock: MovableClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await Person(client, mailbox, "bea").register()
    await office.close()

    for seconds in (30, 60, 120, 240, 480, 960, 1920, 3840, 7200, 7200):
        assert await by_smtp.deliver() == 0
        clock.advance(seconds=seconds - 1)
        tried = len(caplog.records)
        assert await by_smtp.deliver() == 0
        assert len(caplog.records) == tried
        clock.advance(seconds=1)

    assert "bea" not in caplog.text
    await office.open()
    assert await by_smtp.deliver() == 1
    token = token_of(office.received[0][1])
    answer = await client.post("/v1/auth/verify-email", json={"token": token})
    assert answer.status_code == 204
    assert await waiting(units) == 0


async def test_after_seven_days_a_mail_is_given_up(
    client: httpx.AsyncClient, mailbox: Mailbox, by_smtp: Duties, clock: MovableClock
) -> None:
    await Person(client, mailbox, "bea").register()

    clock.advance(days=7)

    assert await by_smtp.deliver() == 0


async def break_kind(unit: Unit, mail_id: UUID) -> None:
    await unit.connection.execute(update(Mail).where(Mail.id == mail_id).values(kind="unheard-of"))


async def break_seal(unit: Unit, mail_id: UUID) -> None:
    await unit.connection.execute(update(Mail).where(Mail.id == mail_id).values(sealed=b"broken"))


@pytest.mark.parametrize("damage", [break_kind, break_seal])
async def test_one_that_explodes_holds_up_nobody(
    client: httpx.AsyncClient,
    mailbox: Mailbox,
    units: Units,
    clock: MovableClock,
    caplog: pytest.LogCaptureFixture,
    damage: Callable[[Unit, UUID], Awaitable[None]],
) -> None:
    await Person(client, mailbox, "ann").register()
    async with units.writing() as unit:
        await damage(unit, (await unit.connection.execute(select(Mail.id))).scalar_one())
    for name in ("bea", "cyd"):
        await Person(client, mailbox, name).register()

    told = [message["To"] for message in await mailbox.collect()]

    assert told == ["bea@example.org", "cyd@example.org"]
    assert await waiting(units) == 1
    assert len(caplog.records) == 1
    assert await mailbox.collect() == []
    clock.advance(seconds=30)
    await mailbox.collect()
    assert "try 2" in caplog.text


async def test_more_than_a_handful_go_in_one_round(
    mailbox: Mailbox, units: Units, clock: MovableClock
) -> None:
    async with units.writing() as unit:
        for number in range(45):
            to = f"person{number}@example.org"
            await Mails(unit).add("password-changed", to=to, language="en")

    assert len(await mailbox.collect()) == 45


async def test_couriers_at_once_deliver_each_mail_once(
    by_smtp: Duties, settings: Settings, units: Units, office: PostOffice
) -> None:
    async with units.writing() as unit:
        for number in range(12):
            to = f"person{number}@example.org"
            await Mails(unit).add("password-changed", to=to, language="en")
    url = SecretStr(f"smtp://127.0.0.1:{office.port}")
    others = [duties_of(settings.model_copy(update={"smtp_url": url}), units) for _ in range(2)]

    delivered = await asyncio.gather(*(one.deliver() for one in (by_smtp, *others)))

    assert sum(delivered) == 12
    assert len({to for to, _ in office.received}) == len(office.received) == 12


async def test_a_courier_that_died_only_delays(
    client: httpx.AsyncClient, mailbox: Mailbox, units: Units, clock: MovableClock
) -> None:
    await Person(client, mailbox, "bea").register()
    async with units.writing() as unit:
        assert await Mails(unit).take() is not None

    assert await mailbox.collect() == []
    clock.advance(minutes=2)
    assert len(await mailbox.collect()) == 1


async def test_no_log_at_any_level_holds_an_address_or_a_token(
    join: Join, caplog: pytest.LogCaptureFixture, by_smtp: Duties, office: PostOffice
) -> None:
    caplog.set_level(logging.DEBUG)
    bea = Person((await join("zoe")).client, (await join("yan")).mailbox, "bea")
    await bea.register()

    assert await by_smtp.deliver() == 1

    own = [record for record in caplog.records if not record.name.startswith("mail.")]
    text = "\n".join(record.getMessage() for record in own)
    assert "bea@example.org" not in text
    assert token_of(office.received[0][1]) not in text
