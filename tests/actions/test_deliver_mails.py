import asyncio
import logging
from collections.abc import Awaitable, Callable
from uuid import UUID

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import func, select, update

from dressform.db.tables import Mail
from dressform.db.unit_of_work import UnitOfWork, UnitOfWorkFactory
from dressform.repositories.mails import Mails
from dressform.settings.settings import Settings
from dressform.worker.runner import create_tasks
from dressform.worker.tasks import WorkerTasks
from tests.conftest import MovableClock
from tests.helpers.members import PASSWORD, Mailbox, MemberClient, token_of
from tests.helpers.smtp_server import FakeSmtpServer

Register = Callable[..., Awaitable[None]]


@pytest.fixture
def by_smtp(
    smtp_server: FakeSmtpServer, settings: Settings, uows: UnitOfWorkFactory
) -> WorkerTasks:
    url = SecretStr(f"smtp://127.0.0.1:{smtp_server.port}")
    changes = {"smtp_url": url, "mail_from": "Dressform <post@sewing.example>"}
    return create_tasks(settings.model_copy(update=changes), uows)


@pytest.fixture
def register(client: httpx.AsyncClient, mailbox: Mailbox) -> Register:
    """Makes a mail wait, as anybody does."""

    async def make(*names: str, **over: str) -> None:
        for name in names:
            answer = await MemberClient(client, mailbox, name, **over).register()
            assert answer.status_code == 202

    return make


async def waiting(uows: UnitOfWorkFactory) -> int:
    uow = uows.read()
    found = await uow.connection.execute(select(func.count()).select_from(Mail))
    return int(found.scalar_one())


async def test_a_registration_by_smtp(
    client: httpx.AsyncClient, register: Register, by_smtp: WorkerTasks, smtp_server: FakeSmtpServer
) -> None:
    await register("bea", language="fr")

    assert await by_smtp.deliver_mails() == 1

    ((recipient, message),) = smtp_server.received
    assert recipient == message["To"] == "bea@example.org"
    assert message["From"] == "Dressform <post@sewing.example>"
    assert message["Subject"] == "Confirmez votre adresse e-mail"
    assert message["Content-Language"] == "fr"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"].endswith("@sewing.example>")
    assert message.get_content_type() == "multipart/alternative"
    assert "vous nous l'espérons, s'est inscrit sur Dressform" in message.get_content()
    token = token_of(message)
    answer = await client.post("/v1/auth/verify-email", json={"token": token, "password": PASSWORD})
    assert answer.status_code == 200
    assert await waiting(by_smtp.uows) == 0
    assert await by_smtp.deliver_mails() == 0


async def test_links_lead_to_the_site(
    register: Register, mailbox: Mailbox, settings: Settings, uows: UnitOfWorkFactory
) -> None:
    changed = settings.model_copy(update={"site_url": "https://sewing.example"})
    await register("bea")

    await create_tasks(changed, uows).deliver_mails()

    assert (
        "https://sewing.example/verify-email#token=" in (await mailbox.receive_one()).get_content()
    )


async def test_a_refused_recipient_is_tried_again_and_holds_up_nobody(
    register: Register,
    by_smtp: WorkerTasks,
    smtp_server: FakeSmtpServer,
    clock: MovableClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    smtp_server.verdict = lambda address: (
        f"450 <{address}> come back later" if address.startswith("bea") else "250 OK"
    )
    await register("ann", "bea", "cyd")

    assert await by_smtp.deliver_mails() == 2
    assert [to for to, _ in smtp_server.received] == ["ann@example.org", "cyd@example.org"]
    assert "was deferred by the mail server (SMTPRecipientsRefused 450)" in caplog.text
    assert "example.org" not in caplog.text.replace("localhost", "")

    smtp_server.verdict = lambda _: "250 OK"
    assert await by_smtp.deliver_mails() == 0
    clock.advance(seconds=60)
    assert await by_smtp.deliver_mails() == 1
    assert smtp_server.received[-1][0] == "bea@example.org"


async def test_a_server_that_is_down_is_tried_less_and_less_often(
    register: Register,
    by_smtp: WorkerTasks,
    smtp_server: FakeSmtpServer,
    clock: MovableClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await register("bea")
    await smtp_server.close()

    for seconds in (60, 120, 240, 480, 960, 1920, 3840, 7680, 14_400, 14_400):
        assert await by_smtp.deliver_mails() == 0
        tried = len(caplog.records)
        clock.advance(seconds=seconds / 2 - 1)  # At random in the second half of it.
        assert await by_smtp.deliver_mails() == 0
        assert len(caplog.records) == tried
        clock.advance(seconds=seconds / 2 + 1)

    assert "bea@" not in caplog.text
    await smtp_server.open()
    assert await by_smtp.deliver_mails() == 1
    assert await waiting(by_smtp.uows) == 0


async def test_the_link_of_a_repeated_mail_works(
    client: httpx.AsyncClient,
    register: Register,
    by_smtp: WorkerTasks,
    smtp_server: FakeSmtpServer,
    clock: MovableClock,
) -> None:
    await register("bea")
    smtp_server.verdict = lambda _: "451 not now"
    await by_smtp.deliver_mails()
    smtp_server.verdict = lambda _: "250 OK"
    clock.advance(minutes=1)

    assert await by_smtp.deliver_mails() == 1

    ((_, message),) = smtp_server.received
    body = {"token": token_of(message), "password": PASSWORD}
    answer = await client.post("/v1/auth/verify-email", json=body)
    assert answer.status_code == 200


async def test_after_seven_days_a_mail_is_given_up(
    register: Register, by_smtp: WorkerTasks, clock: MovableClock
) -> None:
    await register("bea")

    clock.advance(days=7)

    assert await by_smtp.deliver_mails() == 0


async def break_kind(uow: UnitOfWork, mail_id: UUID) -> None:
    await uow.connection.execute(update(Mail).where(Mail.id == mail_id).values(kind="unheard-of"))


async def break_seal(uow: UnitOfWork, mail_id: UUID) -> None:
    await uow.connection.execute(update(Mail).where(Mail.id == mail_id).values(sealed=b"broken"))


@pytest.mark.parametrize("damage", [break_kind, break_seal])
async def test_one_that_explodes_holds_up_nobody(
    register: Register,
    mailbox: Mailbox,
    worker_tasks: WorkerTasks,
    caplog: pytest.LogCaptureFixture,
    damage: Callable[[UnitOfWork, UUID], Awaitable[None]],
) -> None:
    await register("ann")
    async with worker_tasks.uows.transaction() as uow:
        await damage(uow, (await uow.connection.execute(select(Mail.id))).scalar_one())
    await register("bea", "cyd")

    told = [message["To"] for message in await mailbox.collect()]

    assert told == ["bea@example.org", "cyd@example.org"]
    assert await waiting(worker_tasks.uows) == 1

    def list_tries() -> list[str]:
        return [message for message in caplog.messages if "not handed over" in message]

    assert len(list_tries()) == 1
    assert "try 1" in list_tries()[0]
    assert await mailbox.collect() == []
    assert len(list_tries()) == 1


async def test_more_than_a_handful_go_in_one_round(
    mailbox: Mailbox, uows: UnitOfWorkFactory
) -> None:
    async with uows.transaction() as uow:
        for number in range(45):
            to = f"person{number}@example.org"
            await Mails(uow).add("password-changed", to=to, language="en")

    assert len(await mailbox.collect()) == 45


async def test_couriers_at_once_deliver_each_mail_once(
    by_smtp: WorkerTasks, settings: Settings, uows: UnitOfWorkFactory, smtp_server: FakeSmtpServer
) -> None:
    async with uows.transaction() as uow:
        for number in range(60):
            to = f"person{number}@example.org"
            await Mails(uow).add("password-changed", to=to, language="en")
    smtp_server.delay_seconds = lambda _: 0.05
    url = SecretStr(f"smtp://127.0.0.1:{smtp_server.port}")
    changes = {"smtp_url": url, "mail_couriers": 4}
    others = [create_tasks(settings.model_copy(update=changes), uows) for _ in range(2)]

    delivered = await asyncio.gather(*(one.deliver_mails() for one in (by_smtp, *others)))

    assert sum(delivered) == 60
    assert len({to for to, _ in smtp_server.received}) == len(smtp_server.received) == 60
    assert smtp_server.most_at_a_time > 3


async def test_a_courier_that_died_only_delays(
    register: Register, mailbox: Mailbox, uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    await register("bea")
    async with uows.transaction() as uow:
        assert await Mails(uow).lease_next("sign-up") is not None

    assert await mailbox.collect() == []
    clock.advance(minutes=2)
    assert len(await mailbox.collect()) == 1


async def test_no_log_at_any_level_holds_an_address_or_a_token(
    register: Register,
    caplog: pytest.LogCaptureFixture,
    by_smtp: WorkerTasks,
    smtp_server: FakeSmtpServer,
) -> None:
    caplog.set_level(logging.DEBUG)
    await register("bea")

    assert await by_smtp.deliver_mails() == 1

    own = [record for record in caplog.records if not record.name.startswith("mail.")]
    text = "\n".join(record.getMessage() for record in own)
    assert "bea@example.org" not in text
    assert token_of(smtp_server.received[0][1]) not in text


async def test_a_mail_that_cannot_be_addressed_is_given_up_at_once(
    uows: UnitOfWorkFactory, by_smtp: WorkerTasks, caplog: pytest.LogCaptureFixture
) -> None:
    """Such addresses were taken by earlier versions."""
    addresses = ("=?utf-8?q?a?=@example.org", "b\u00e9a@example.org")
    async with uows.transaction() as uow:
        for address in addresses:
            await Mails(uow).add("erased", to=address, language="en")
        await Mails(uow).add("erased", to="eve@example.org", language="en")

    assert await by_smtp.deliver_mails() == 1

    assert await waiting(uows) == 0
    assert (
        len([record for record in caplog.records if "cannot be addressed" in record.message]) == 2
    )
    assert not any(address in caplog.text for address in addresses)
