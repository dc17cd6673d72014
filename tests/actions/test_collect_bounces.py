"""Reports in a mailbox, over real POP3 and IMAP connections."""

from collections.abc import AsyncIterator
from urllib.parse import quote

import pytest
from pydantic import SecretStr

from dressform.actions.collect_bounces import collect_bounces
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.errors import StartupError
from dressform.mail.bounce_mailbox import MAX_MESSAGES, MailboxError, open_mailbox
from dressform.settings.settings import Settings
from dressform.worker.runner import create_tasks
from tests.helpers.auth import forgot
from tests.helpers.bounces import make_report
from tests.helpers.mailbox_servers import (
    PASSWORD,
    USER,
    MailboxServer,
    serve_imap,
    serve_pop3,
)
from tests.helpers.members import MemberClient
from tests.helpers.received_mail import ReceivedMail

SERVERS = {"pop3": serve_pop3, "imap": serve_imap}


@pytest.fixture(params=SERVERS)
async def box(request: pytest.FixtureRequest) -> AsyncIterator[tuple[MailboxServer, str]]:
    """Yield a mailbox and its URL."""
    server = MailboxServer()
    await server.open(SERVERS[request.param])
    password = quote(PASSWORD, safe="")
    yield server, f"{request.param}://{USER}:{password}@127.0.0.1:{server.port}"
    await server.close()


async def receive_reset(person: MemberClient) -> ReceivedMail:
    await forgot(person.client, person.email)
    message = await person.mailbox.receive_one()
    assert isinstance(message, ReceivedMail)
    return message


async def is_marked(person: MemberClient) -> bool:
    profile = await person.request("GET", "/v1/profiles/me")
    marked: bool = profile.json()["email_undeliverable"]
    return marked


async def test_reports_are_recorded_and_all_that_was_read_is_deleted(
    ada: MemberClient, uows: UnitOfWorkFactory, box: tuple[MailboxServer, str]
) -> None:
    server, url = box
    server.add(b"Subject: buy thimbles\r\n\r\n.\r\n..\r\nnow")
    server.add(make_report(await receive_reset(ada)).replace(b"\n", b"\r\n"))
    server.add(b"")

    assert await collect_bounces(uows, open_mailbox(url)) == 1

    assert await is_marked(ada)
    assert server.messages == {}


async def test_many_messages_are_read_in_rounds(
    uows: UnitOfWorkFactory, box: tuple[MailboxServer, str]
) -> None:
    server, url = box
    for _ in range(MAX_MESSAGES + 1):
        server.add(b"Subject: x\r\n\r\n")

    assert await collect_bounces(uows, open_mailbox(url)) == 0

    assert server.messages == {}
    assert server.logins == 5  # Two rounds with a fetch and a deletion, and one that found none.


async def test_message_with_a_line_that_no_client_takes_stops_nothing(
    ada: MemberClient, uows: UnitOfWorkFactory, box: tuple[MailboxServer, str]
) -> None:
    server, url = box
    server.add(b"Subject: x\r\n\r\n" + b"x" * 1_000_000)
    server.add(make_report(await receive_reset(ada)).replace(b"\n", b"\r\n"))

    assert await collect_bounces(uows, open_mailbox(url)) == 1

    assert server.messages == {}


async def test_wrong_password_is_told_without_it(
    uows: UnitOfWorkFactory, box: tuple[MailboxServer, str]
) -> None:
    _, url = box

    with pytest.raises(MailboxError) as caught:
        await collect_bounces(uows, open_mailbox(url.replace("word", "another")))

    assert str(caught.value) in {"error", "error_proto"}


async def test_worker_reads_the_mailbox_in_its_run(
    ada: MemberClient,
    settings: Settings,
    uows: UnitOfWorkFactory,
    box: tuple[MailboxServer, str],
) -> None:
    server, url = box
    tasks = create_tasks(settings.model_copy(update={"bounce_mailbox_url": SecretStr(url)}), uows)
    server.add(make_report(await receive_reset(ada)).replace(b"\n", b"\r\n"))
    at = uows.clock()

    await tasks.run(now=at, scheduled_for=at)
    assert await is_marked(ada)
    logins = server.logins
    # Another worker has the same slot.
    await tasks.run(now=at, scheduled_for=at)
    assert server.logins == logins


async def test_mailbox_that_is_away_stops_no_other_step(
    settings: Settings, uows: UnitOfWorkFactory, caplog: pytest.LogCaptureFixture
) -> None:
    url = SecretStr("imap://bounces:s3cr3t@127.0.0.1:9")
    tasks = create_tasks(settings.model_copy(update={"bounce_mailbox_url": url}), uows)
    at = uows.clock()

    outcome = await tasks.run(now=at, scheduled_for=at)

    assert "bounces" in outcome.failed
    assert "mail check" not in outcome.failed
    assert "s3cr3t" not in caplog.text
    with pytest.raises(StartupError):
        await tasks.run_once()
