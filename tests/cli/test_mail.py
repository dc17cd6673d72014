"""`dressform mail`, as an operator and the pipe of a mail server run it."""

import pytest
from pydantic import SecretStr

from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.settings.settings import Settings
from dressform.worker.runner import create_tasks
from tests.cli.conftest import Run
from tests.conftest import MovableClock
from tests.helpers.auth import forgot
from tests.helpers.bounces import make_report
from tests.helpers.cli import dressform, environment
from tests.helpers.members import MemberClient
from tests.helpers.smtp_server import FakeSmtpServer

pytestmark = pytest.mark.slow


def words_of(said: str, kind: str) -> list[str]:
    (line,) = [line for line in said.splitlines() if line.startswith(f"{kind} ")]
    return line.split()


async def test_status_shows_each_kind_and_no_address(
    ada: MemberClient,
    run: Run,
    settings: Settings,
    uows: UnitOfWorkFactory,
    smtp_server: FakeSmtpServer,
) -> None:
    url = SecretStr(f"smtp://127.0.0.1:{smtp_server.port}")
    tasks = create_tasks(settings.model_copy(update={"smtp_url": url}), uows)
    smtp_server.verdict = lambda _: "450 4.7.1 greylisted"
    await forgot(ada.client, ada.email)
    await tasks.deliver_mails()

    code, said, _ = await run("mail")

    assert code == 0
    today = f"{uows.clock():%Y-%m-%d}"
    assert words_of(said, "password-reset") == [
        "password-reset", "1", "1", today, "0", "1", "0", "0", "0",
    ]  # fmt: skip
    assert words_of(said, "sign-up") == ["sign-up", "0", "0", "1", "0", "0", "0", "0"]
    assert words_of(said, "deferred") == ["deferred", "450", "4.7.1", "1"]
    assert "Accounts whose address takes no mail: 0" in said
    assert "ada" not in said


async def test_report_through_the_pipe_marks_the_address(
    ada: MemberClient,
    run: Run,
    settings: Settings,
    uows: UnitOfWorkFactory,
    smtp_server: FakeSmtpServer,
) -> None:
    """The server takes the mail, and a real process reads its report afterwards."""
    url = SecretStr(f"smtp://127.0.0.1:{smtp_server.port}")
    tasks = create_tasks(settings.model_copy(update={"smtp_url": url}), uows)
    await forgot(ada.client, ada.email)
    assert await tasks.deliver_mails() == 1
    ((_, message),) = smtp_server.received

    code, said, _ = await run("mail", "bounces", typed=make_report(message).decode())

    assert (code, said) == (0, "Recorded.\n")
    assert (await ada.request("GET", "/v1/profiles/me")).json()["email_undeliverable"] is True
    code, said, _ = await run("mail")
    assert words_of(said, "bounced") == ["bounced", "5.1.1", "1"]
    assert "Accounts whose address takes no mail: 1" in said


@pytest.mark.parametrize("typed", ["", "Subject: holidays\n\nI am away.\n", "x" * 2_000_000])
async def test_other_message_through_the_pipe_is_no_error(
    run: Run, app: object, typed: str
) -> None:
    code, said, _ = await run("mail", "bounces", typed=typed)

    assert (code, said) == (0, "Not recorded: it is no report about a mail of ours.\n")


async def test_pipe_keeps_the_report_while_the_database_is_away(settings: Settings) -> None:
    told = environment(settings, DRESSFORM_DATABASE_URL="postgresql://nobody@127.0.0.1:9/none")

    done = await dressform("mail", "bounces", environment=told, typed="Subject: x\n\n")

    assert done.returncode == 75
    assert "not recorded" in done.stderr


async def test_status_of_a_service_that_never_sent_mail(
    run: Run, app: object, clock: MovableClock
) -> None:
    code, said, _ = await run("mail")

    assert code == 0
    assert said.startswith("No mail waits, and none was sent in the last 30 days.")
