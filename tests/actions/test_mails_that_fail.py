"""Mails that a mail server defers, refuses or returns. Mail goes by real SMTP."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import httpx
import pytest
from pydantic import SecretStr

from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.mail.bounce_reports import parse_report
from dressform.mail.outcomes import MailOutcome
from dressform.repositories.mail_counts import MailCounts
from dressform.repositories.mails import Mails
from dressform.settings.settings import Settings
from dressform.worker.runner import create_tasks
from dressform.worker.tasks import WorkerTasks
from tests.conftest import MovableClock
from tests.helpers.auth import change_email, forgot
from tests.helpers.bounces import make_report, sign
from tests.helpers.members import CreateMember, MemberClient, token_of
from tests.helpers.received_mail import ReceivedMail
from tests.helpers.smtp_server import FakeSmtpServer

Report = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture
def by_smtp(
    smtp_server: FakeSmtpServer, settings: Settings, uows: UnitOfWorkFactory
) -> WorkerTasks:
    url = SecretStr(f"smtp://dressform:bobbins@127.0.0.1:{smtp_server.port}")
    changes = {"smtp_url": url, "mail_from": "Dressform <post@sewing.example>"}
    return create_tasks(settings.model_copy(update=changes), uows)


@pytest.fixture
def report(client: httpx.AsyncClient, clock: MovableClock) -> Report:
    """Sends the report of a mail to the webhook, as the mail server of the site does."""

    async def send(message: ReceivedMail, **options: str) -> httpx.Response:
        body = make_report(message, **options)
        return await client.post("/v1/mail/bounces", content=body, headers=sign(body, clock()))

    return send


async def is_marked(person: MemberClient) -> bool:
    profile = (await person.request("GET", "/v1/profiles/me")).json()
    exported = (await person.request("GET", "/v1/privacy/export")).json()
    marked: bool = profile["email_undeliverable"]
    assert (exported["email_undeliverable_since"] is not None) == marked
    return marked


async def list_outcomes(uows: UnitOfWorkFactory) -> dict[tuple[str, MailOutcome, str], int]:
    found = await MailCounts(uows.read()).list_outcomes()
    return {(one.kind, one.outcome, one.reason): one.number for one in found}


async def send_reset(
    person: MemberClient, by_smtp: WorkerTasks, smtp_server: FakeSmtpServer
) -> ReceivedMail:
    await forgot(person.client, person.email)
    await by_smtp.deliver_mails()
    return smtp_server.received[-1][1]


async def test_greylisted_mail_is_deferred_and_handed_over_later(
    ada: MemberClient, by_smtp: WorkerTasks, smtp_server: FakeSmtpServer, clock: MovableClock
) -> None:
    smtp_server.verdict = lambda _: "450 4.7.1 greylisted, come back"
    await forgot(ada.client, ada.email)

    assert await by_smtp.deliver_mails() == 0
    smtp_server.verdict = lambda _: "250 OK"
    clock.advance(minutes=1)
    assert await by_smtp.deliver_mails() == 1

    assert not await is_marked(ada)
    found = await list_outcomes(by_smtp.uows)
    assert found["password-reset", MailOutcome.DEFERRED, "450 4.7.1"] == 1
    assert found["password-reset", MailOutcome.HANDED_OVER, ""] == 1


@pytest.mark.parametrize("reply", ["550 5.1.1 no such user", "550 gone", "553 5.2.1 disabled"])
async def test_refused_recipient_is_given_up_and_its_owner_told(
    ada: MemberClient,
    by_smtp: WorkerTasks,
    smtp_server: FakeSmtpServer,
    caplog: pytest.LogCaptureFixture,
    reply: str,
) -> None:
    smtp_server.verdict = lambda _: reply
    await forgot(ada.client, ada.email)

    assert await by_smtp.deliver_mails() == 0
    assert await Mails(by_smtp.uows.read()).list_kinds() == []
    await ada.sign_in()
    assert await is_marked(ada)
    assert "refused for its recipient" in caplog.text
    assert ada.email not in caplog.text


async def test_mail_that_is_taken_later_clears_the_mark(
    ada: MemberClient, by_smtp: WorkerTasks, smtp_server: FakeSmtpServer
) -> None:
    smtp_server.verdict = lambda _: "550 5.1.1 no such user"
    await forgot(ada.client, ada.email)
    await by_smtp.deliver_mails()
    smtp_server.verdict = lambda _: "250 OK"

    await forgot(ada.client, ada.email)
    assert await by_smtp.deliver_mails() == 1

    assert not await is_marked(ada)


async def test_changed_address_is_not_marked(
    ada: MemberClient, by_smtp: WorkerTasks, smtp_server: FakeSmtpServer
) -> None:
    smtp_server.verdict = lambda address: (
        "550 5.1.1 no" if address == "ada@example.org" else "250 OK"
    )
    await change_email(ada, "new@example.org")
    await by_smtp.deliver_mails()
    assert await is_marked(ada)

    ((to, message),) = smtp_server.received
    assert to == "new@example.org"
    body = {"token": token_of(message), "password": ada.password}
    assert (await ada.client.post("/v1/auth/email/confirm", json=body)).status_code == 204
    await by_smtp.deliver_mails()

    assert not await is_marked(ada)


async def test_refused_new_address_does_not_mark_the_account(
    ada: MemberClient, by_smtp: WorkerTasks, smtp_server: FakeSmtpServer
) -> None:
    smtp_server.verdict = lambda address: (
        "550 5.1.1 no" if address == "new@example.org" else "250 OK"
    )
    await change_email(ada, "new@example.org")
    await by_smtp.deliver_mails()

    assert not await is_marked(ada)


OF_THE_SERVICE = {
    "at MAIL": ("MAIL", "550 5.1.8 bad sender"),
    "at MAIL without a code": ("MAIL", "550 who are you"),
    "policy at RCPT": ("RCPT", "550 5.7.1 relaying denied"),
    "transaction at RCPT": ("RCPT", "554 no"),
    "sender at RCPT": ("RCPT", "550 5.1.8 bad sender system"),
    "too long": ("RCPT", "552 5.2.3 too long"),
    "policy at DATA": ("DATA", "554 5.7.1 spam"),
    "at DATA without a code": ("DATA", "550 no"),
    "login": ("AUTH", "535 5.7.8 wrong password"),
}


@pytest.mark.parametrize("refusal", OF_THE_SERVICE.values(), ids=OF_THE_SERVICE)
async def test_refusal_of_the_service_marks_no_recipient_and_is_tried_again(
    ada: MemberClient,
    by_smtp: WorkerTasks,
    smtp_server: FakeSmtpServer,
    clock: MovableClock,
    refusal: tuple[str, str],
) -> None:
    stage, reply = refusal
    smtp_server.replies[stage] = reply
    await forgot(ada.client, ada.email)

    assert await by_smtp.deliver_mails() == 0
    assert not await is_marked(ada)
    ((_, outcome, reason),) = [
        key for key in await list_outcomes(by_smtp.uows) if "reset" in key[0]
    ]
    assert outcome is MailOutcome.FAILED
    assert reason.startswith(reply[:3])
    smtp_server.replies.clear()
    clock.advance(minutes=1)
    assert await by_smtp.deliver_mails() == 1


async def test_recipient_that_is_refused_after_data_is_marked(
    ada: MemberClient, by_smtp: WorkerTasks, smtp_server: FakeSmtpServer
) -> None:
    smtp_server.replies["DATA"] = "550 5.1.1 no such user"
    await forgot(ada.client, ada.email)

    assert await by_smtp.deliver_mails() == 0

    assert await is_marked(ada)


async def test_connection_that_closes_in_the_middle_is_tried_again(
    ada: MemberClient, by_smtp: WorkerTasks, smtp_server: FakeSmtpServer, clock: MovableClock
) -> None:
    smtp_server.drops_connection = True
    await forgot(ada.client, ada.email)
    assert await by_smtp.deliver_mails() == 0
    smtp_server.drops_connection = False
    clock.advance(minutes=1)

    assert await by_smtp.deliver_mails() == 1

    assert not await is_marked(ada)
    assert (await list_outcomes(by_smtp.uows))[
        "password-reset", MailOutcome.FAILED, "connection"
    ] == 1


@pytest.mark.parametrize("returned", ["headers", "mail"])
async def test_report_marks_the_address(
    ada: MemberClient,
    by_smtp: WorkerTasks,
    smtp_server: FakeSmtpServer,
    report: Report,
    returned: str,
) -> None:
    message = await send_reset(ada, by_smtp, smtp_server)

    response = await report(message, returned=returned)

    assert response.status_code == 204
    assert await is_marked(ada)
    found = await list_outcomes(by_smtp.uows)
    assert found["password-reset", MailOutcome.BOUNCED, "5.1.1"] == 1


async def test_report_to_the_envelope_sender_alone_marks_the_address(
    ada: MemberClient,
    settings: Settings,
    uows: UnitOfWorkFactory,
    smtp_server: FakeSmtpServer,
    report: Report,
) -> None:
    """Of a server that returns nothing of the mail, and writes addresses in capitals."""
    url = SecretStr(f"smtp://127.0.0.1:{smtp_server.port}")
    changes = {"smtp_url": url, "bounce_address": "bounces@sewing.example"}
    tasks = create_tasks(settings.model_copy(update=changes), uows)
    message = await send_reset(ada, tasks, smtp_server)
    sender = smtp_server.senders[-1]
    assert sender.startswith("bounces+")
    assert len(sender.partition("@")[0]) <= 64

    response = await report(message, returned="", to=sender.upper(), recipient="ADA@example.org")

    assert response.status_code == 204
    assert await is_marked(ada)


async def test_report_of_a_forwarded_mail_marks_the_address_it_was_sent_to(
    ada: MemberClient, by_smtp: WorkerTasks, smtp_server: FakeSmtpServer, report: Report
) -> None:
    message = await send_reset(ada, by_smtp, smtp_server)

    await report(message, recipient="elsewhere@example.net")

    assert await is_marked(ada)


@pytest.mark.parametrize(
    "said",
    [
        ("delayed", "4.4.7"),
        ("delivered", "2.0.0"),
        ("relayed", "2.0.0"),
        ("failed", "4.4.7"),
        ("failed", "5.7.1"),
        ("failed", "5.1.8"),
        ("failed", "nonsense"),
    ],
)
async def test_other_report_marks_no_address(
    ada: MemberClient,
    by_smtp: WorkerTasks,
    smtp_server: FakeSmtpServer,
    report: Report,
    said: tuple[str, str],
) -> None:
    action, status = said
    message = await send_reset(ada, by_smtp, smtp_server)

    assert (await report(message, action=action, status=status)).status_code == 204

    assert not await is_marked(ada)


async def test_report_that_comes_before_the_courier_has_recorded_the_mail_counts(
    ada: MemberClient, by_smtp: WorkerTasks, smtp_server: FakeSmtpServer, clock: MovableClock
) -> None:
    """The mail server returns it at once; the courier must not clear the mark afterwards."""
    body: list[bytes] = []

    async def bounce_at_once() -> None:
        body.append(make_report(smtp_server.received[-1][1]))
        headers = sign(body[0], clock())
        response = await ada.client.post("/v1/mail/bounces", content=body[0], headers=headers)
        assert response.status_code == 204

    smtp_server.before_reply = bounce_at_once
    await forgot(ada.client, ada.email)
    await by_smtp.deliver_mails()

    assert body
    assert await is_marked(ada)


async def test_reports_are_read_from_what_is_returned_in_full() -> None:
    message = ReceivedMail()
    message["To"], message["Message-ID"] = "ada@example.org", f"<{'a' * 48}@sewing.example>"
    message.set_content("Bonjour à vous")

    found = parse_report(make_report(message, returned="mail", status="5.1.10"))

    assert found is not None
    assert found.ids == ("a" * 48,)
    assert found.addresses == ("ada@example.org",)
    assert found.is_permanent


async def test_counts_of_old_days_are_deleted(
    ada: MemberClient, by_smtp: WorkerTasks, clock: MovableClock
) -> None:
    assert await list_outcomes(by_smtp.uows) != {}

    clock.at += timedelta(days=31)
    assert await list_outcomes(by_smtp.uows) == {}
    async with by_smtp.uows.transaction() as uow:
        assert await MailCounts(uow).delete_old() > 0


async def test_couriers_of_several_workers_add_their_counts_up(
    settings: Settings, uows: UnitOfWorkFactory, smtp_server: FakeSmtpServer
) -> None:
    async with uows.transaction() as uow:
        for number in range(20):
            to = f"person{number}@example.org"
            await Mails(uow).add("password-changed", to=to, language="en")
    url = SecretStr(f"smtp://127.0.0.1:{smtp_server.port}")
    changes = {"smtp_url": url, "mail_couriers": 3}

    smtp_server.delay_seconds = lambda _: 0.05
    workers = [create_tasks(settings.model_copy(update=changes), uows) for _ in range(2)]

    delivered = await asyncio.gather(*(worker.deliver_mails() for worker in workers))

    assert min(delivered) > 0
    assert (await list_outcomes(uows))["password-changed", MailOutcome.HANDED_OVER, ""] == 20


async def test_status_without_accounts_counts_the_marked(
    create_member: CreateMember, by_smtp: WorkerTasks, smtp_server: FakeSmtpServer
) -> None:
    bea = await create_member("bea")
    smtp_server.verdict = lambda _: "550 5.1.1 no"
    await forgot(bea.client, bea.email)
    await by_smtp.deliver_mails()

    assert await MailCounts(by_smtp.uows.read()).count_refusing_accounts() == 1
