"""Nobody's account ends unannounced, and nobody is told twice. Mail goes by real SMTP."""

import asyncio
import signal
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from uuid import uuid4

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import text

from dressform.actions.queue_expiry_notices import queue_expiry_notices
from dressform.bootstrap import bootstrap
from dressform.clock import now
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.policy.account_data import MODEL, PROFILE
from dressform.repositories.accounts import Accounts
from dressform.settings.settings import Settings
from dressform.worker.enforce import enforce
from dressform.worker.runner import create_tasks
from dressform.worker.tasks import WorkerTasks
from tests.conftest import WITHOUT_CLOCK_GUARD, MovableClock
from tests.helpers.assertions import assert_problem
from tests.helpers.auth import login
from tests.helpers.cli import environment
from tests.helpers.coarse_times import end_of
from tests.helpers.members import CreateMember, MemberClient, token_of
from tests.helpers.retention import add_account, counts
from tests.helpers.smtp_server import FakeSmtpServer
from tests.processes.running import command

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def employ(
    smtp_server: FakeSmtpServer, settings: Settings, uows: UnitOfWorkFactory
) -> Callable[[], WorkerTasks]:
    def make() -> WorkerTasks:
        url = SecretStr(f"smtp://127.0.0.1:{smtp_server.port}")
        made = create_tasks(settings.model_copy(update={"smtp_url": url}), uows)
        return replace(made, guard=WITHOUT_CLOCK_GUARD)

    return make


@pytest.fixture
def worker(employ: Callable[[], WorkerTasks]) -> WorkerTasks:
    return employ()


class Story:
    """Days of a worker's rounds, and the subjects of the mails that they brought."""

    def __init__(
        self, worker: WorkerTasks, smtp_server: FakeSmtpServer, clock: MovableClock
    ) -> None:
        self.worker = worker
        self.office = smtp_server
        self.clock = clock

    async def on(self, moment: datetime) -> list[str]:
        self.clock.at = moment
        seen = len(self.office.received)
        await self.worker.run_once()
        return [message["Subject"] for _, message in self.office.received[seen:]]

    async def until(self, moment: datetime, *, every: timedelta = DAY) -> list[tuple[int, str]]:
        """By the number of days before `moment`."""
        found = []
        while self.clock.at <= moment:
            subjects = await self.on(self.clock.at)
            found += [((moment - self.clock.at) // DAY, subject) for subject in subjects]
            self.clock.at += every
        return found


@pytest.fixture
def story(worker: WorkerTasks, smtp_server: FakeSmtpServer, clock: MovableClock) -> Story:
    return Story(worker, smtp_server, clock)


async def accounts(uows: UnitOfWorkFactory) -> int:
    return (await counts(uows))["account"]


async def test_thirty_seven_and_one_days_before(
    story: Story, uows: UnitOfWorkFactory, ada: MemberClient, clock: MovableClock
) -> None:
    await ada.add_model()
    end = end_of(PROFILE, clock())
    subject = f"Your account ends on {end:%Y-%m-%d %H:%M} UTC"
    clock.at = end - 33 * DAY

    told = await story.until(end - SECOND, every=DAY / 2)

    assert told == [(30 - 1, subject), (7 - 1, subject), (1 - 1, subject)]
    assert {to for to, _ in story.office.received} == {"ada@example.org"}
    text = story.office.received[0][1].get_content()
    assert "sign in before then" in text
    assert await accounts(uows) == 1
    assert await story.on(end) == []
    left = await counts(uows)
    assert (left["account"], left["model"]) == (0, 0)


async def test_to_the_second_thirty_days_before(
    story: Story, ada: MemberClient, clock: MovableClock
) -> None:
    end = end_of(PROFILE, clock())

    assert await story.on(end - 30 * DAY - SECOND) == []
    assert len(await story.on(end - 30 * DAY)) == 1
    assert await story.on(end - 30 * DAY) == []


async def test_in_french(story: Story, create_member: CreateMember, clock: MovableClock) -> None:
    await create_member("zoe", language="fr")
    end = end_of(PROFILE, clock())

    await story.on(end - 3 * DAY)
    await story.on(end + DAY)

    ending, ended = (message for _, message in story.office.received)
    assert ending["Content-Language"] == ended["Content-Language"] == "fr"
    assert ending["Subject"] == f"Votre compte prend fin le {end:%Y-%m-%d %H:%M} UTC"
    assert ended["Subject"].startswith("Votre compte est verrouillé et sera supprimé le 2027-03-05")


async def test_a_login_cancels_what_waits(
    story: Story, ada: MemberClient, clock: MovableClock, worker: WorkerTasks
) -> None:
    """The warning was written, and the mail server took nothing until she was back."""
    end = end_of(PROFILE, clock())
    clock.at = end - 30 * DAY
    await queue_expiry_notices(worker.uows)
    clock.at += timedelta(hours=1)
    await ada.sign_in()

    assert await story.until(end_of(PROFILE, clock()) - 31 * DAY, every=20 * DAY) == []
    again = end_of(PROFILE, clock.at - 20 * DAY) - 30 * DAY
    assert again > end


async def test_after_a_login_all_begins_anew(
    story: Story, ada: MemberClient, clock: MovableClock
) -> None:
    end = end_of(PROFILE, clock())
    assert len(await story.on(end - 30 * DAY)) == 1
    await ada.sign_in()
    next_end = end_of(PROFILE, clock())

    assert await story.on(end) == []
    assert await story.on(next_end - 31 * DAY) == []
    assert len(await story.on(next_end - 30 * DAY)) == 1


async def test_a_worker_that_was_off_says_the_latest_only(
    story: Story, uows: UnitOfWorkFactory, ada: MemberClient, clock: MovableClock
) -> None:
    """Three days before the end: told once, and the end waits until a week after."""
    end = end_of(PROFILE, clock())

    assert len(await story.on(end - 3 * DAY)) == 1
    assert await story.on(end - 2 * DAY) == []
    assert len(await story.on(end - DAY)) == 1
    # From its end on it is locked, and the way back is by a link.
    assert await story.on(end) == [
        "Your account is locked and will be deleted on 2027-03-05 00:00 UTC"
    ]
    assert await story.on(end + 4 * DAY - SECOND) == []
    assert await accounts(uows) == 1
    assert await story.on(end + 4 * DAY) == []
    assert await accounts(uows) == 0


async def test_without_mail_the_end_waits_thirty_days_and_no_longer(
    story: Story, uows: UnitOfWorkFactory, ada: MemberClient, clock: MovableClock
) -> None:
    await ada.add_model()
    end = end_of(PROFILE, clock())
    await story.office.close()
    clock.at = end - 31 * DAY
    await story.until(end + 30 * DAY - SECOND, every=DAY * 1.5)
    clock.at = end + 30 * DAY - SECOND
    await story.worker.run_once()
    assert await accounts(uows) == 1
    assert (await counts(uows))["model"] == 1

    clock.at = end + 30 * DAY
    await story.worker.run_once()

    assert await accounts(uows) == 0
    assert story.office.received == []


async def test_while_it_waits_nobody_reads_it(
    story: Story,
    uows: UnitOfWorkFactory,
    ada: MemberClient,
    create_member: CreateMember,
    clock: MovableClock,
) -> None:
    model = await ada.add_model()
    end = end_of(PROFILE, clock())
    clock.at = end - DAY
    bob = await create_member("bob")
    clock.at = end + DAY

    answers = [
        await login(ada.client, "ada", "not the password"),
        await ada.request("GET", f"/v1/models/{model}"),
        await ada.client.post("/v1/auth/refresh", json={"refresh_token": ada.refresh_token}),
    ]
    assert {answer.status_code for answer in answers} == {401}
    await bob.sign_in()
    assert (await bob.request("GET", "/v1/profiles/ada")).status_code == 404
    assert await accounts(uows) == 2


async def test_mail_comes_back_in_the_waiting_time(
    story: Story, uows: UnitOfWorkFactory, ada: MemberClient, clock: MovableClock
) -> None:
    """Told ten days late: there is a week to come back by the link, which counts as a login."""
    model = await ada.add_model()
    end = end_of(PROFILE, clock())
    await story.office.close()
    clock.at = end - 31 * DAY
    await story.until(end + 10 * DAY, every=DAY)
    await story.office.open()
    (subject,) = await story.on(end + 10 * DAY + timedelta(hours=3))

    until = end + 17 * DAY + timedelta(hours=3)
    assert subject == f"Your account is locked and will be deleted on {until:%Y-%m-%d %H:%M} UTC"
    token = token_of(story.office.received[-1][1])
    assert await story.on(until - SECOND) == []
    reopened = await ada.client.post("/v1/auth/reopen", json={"token": token})

    assert reopened.status_code == 204
    assert await story.on(until) == []
    assert (await ada.sign_in()).status_code == 200
    assert (await ada.request("GET", f"/v1/models/{model}")).status_code == 200
    me = (await ada.request("GET", "/v1/profiles/me")).json()
    assert datetime.fromisoformat(me["expires_at"]) == end_of(PROFILE, clock())
    again = await ada.client.post("/v1/auth/reopen", json={"token": token})
    assert_problem(again, 410, "link-invalid")


async def test_who_does_not_come_back_is_gone_a_week_later(
    story: Story, uows: UnitOfWorkFactory, ada: MemberClient, clock: MovableClock
) -> None:
    end = end_of(PROFILE, clock())
    (subject,) = await story.on(end + 10 * DAY)
    token = token_of(story.office.received[-1][1])

    assert "2027-03-18" in subject
    await story.on(end + 17 * DAY - SECOND)
    assert await accounts(uows) == 1
    clock.at = end + 17 * DAY
    late = await ada.client.post("/v1/auth/reopen", json={"token": token})
    assert_problem(late, 410, "link-invalid")
    await story.on(end + 17 * DAY)
    assert await accounts(uows) == 0


async def test_the_wait_is_never_longer_than_thirty_days(
    story: Story, uows: UnitOfWorkFactory, ada: MemberClient, clock: MovableClock
) -> None:
    end = end_of(PROFILE, clock())
    (subject,) = await story.on(end + 29 * DAY)

    assert f"{end + 30 * DAY:%Y-%m-%d}" in subject
    await story.on(end + 30 * DAY)
    assert await accounts(uows) == 0


async def test_who_forgot_the_password_gets_the_way_back(
    story: Story, ada: MemberClient, clock: MovableClock
) -> None:
    clock.at = end_of(PROFILE, clock()) + DAY
    await ada.client.post("/v1/auth/password/forgot", json={"email": ada.email})
    await story.worker.deliver_mails()

    ((_, message),) = story.office.received
    token = token_of(message)
    assert (await ada.client.post("/v1/auth/reopen", json={"token": token})).status_code == 204
    assert (await ada.sign_in()).status_code == 200


@pytest.mark.parametrize("token", ["A" * 43, "x", "", "é" * 43])
async def test_a_link_that_nobody_sent(client: httpx.AsyncClient, token: str) -> None:
    answer = await client.post("/v1/auth/reopen", json={"token": token})

    assert answer.status_code in {410, 422}


async def test_an_erased_account_is_not_warned(
    story: Story, ada: MemberClient, clock: MovableClock, worker: WorkerTasks
) -> None:
    end = end_of(PROFILE, clock())
    clock.at = end - 30 * DAY
    await queue_expiry_notices(worker.uows)
    async with worker.uows.transaction() as uow:
        found = await Accounts(uow).get_by_email(ada.email)
        assert found is not None
        await Accounts(uow).delete(found.owner)

    assert await story.on(clock.at) == []


async def test_a_broken_account_keeps_no_other_from_being_warned(
    story: Story, uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    broken = await add_account(uows, clock(), "ada")
    await add_account(uows, clock(), "bob")
    async with uows.transaction() as uow:
        await uow.connection.execute(text("UPDATE account SET warned_at = NULL"))
        await uow.connection.execute(
            text("UPDATE account SET sealed = 'x' WHERE id = :id"), {"id": broken.account_id}
        )
    end = end_of(PROFILE, clock())

    assert len(await story.on(end - 7 * DAY)) == 1
    assert story.office.received[0][0] == "bob@example.org"
    # It ends all the same: thirty days after its window.
    await story.on(end)
    assert await accounts(uows) == 1
    await story.on(end + 30 * DAY)
    assert await accounts(uows) == 0


async def test_several_workers_write_each_warning_once(
    employ: Callable[[], WorkerTasks],
    smtp_server: FakeSmtpServer,
    uows: UnitOfWorkFactory,
    clock: MovableClock,
) -> None:
    for n in range(30):
        await add_account(uows, clock(), f"ada{n}")
    clock.at = end_of(PROFILE, clock()) - 7 * DAY

    async with uows.transaction() as uow:
        await uow.connection.execute(text("UPDATE account SET warned_at = NULL"))
    workers = [employ() for _ in range(4)]

    written = await asyncio.gather(*(queue_expiry_notices(worker.uows) for worker in workers))
    delivered = await asyncio.gather(*(worker.deliver_mails() for worker in workers))

    assert (sum(written), sum(delivered)) == (30, 30)
    assert len({to for to, _ in smtp_server.received}) == len(smtp_server.received) == 30


async def test_a_server_that_hangs_up_after_the_mail_is_not_asked_again(
    story: Story, uows: UnitOfWorkFactory, ada: MemberClient, clock: MovableClock
) -> None:
    """It may have taken it: that warning is given once at most, and does not count as given."""
    end = end_of(PROFILE, clock())
    story.office.drops_connection = True
    assert len(await story.on(end - 30 * DAY)) == 1
    assert await story.until(end - 8 * DAY) == []
    story.office.drops_connection = False
    assert len(await story.on(end - 5 * DAY)) == 1

    await story.on(end + DAY)
    assert await accounts(uows) == 1
    await story.on(end + 2 * DAY)
    assert await accounts(uows) == 0


async def test_a_server_that_refuses_is_asked_again(
    story: Story, ada: MemberClient, clock: MovableClock
) -> None:
    end = end_of(PROFILE, clock())
    story.office.verdict = lambda _: "450 come back later"
    assert await story.on(end - 30 * DAY) == []
    story.office.verdict = lambda _: "250 OK"

    assert len(await story.on(end - 30 * DAY + timedelta(minutes=1))) == 1
    assert await story.on(end - 30 * DAY + timedelta(hours=3)) == []


@pytest.mark.slow
async def test_a_worker_killed_as_the_server_takes_the_mail(
    isolated_settings: Settings, smtp_server: FakeSmtpServer
) -> None:
    """Nobody is told twice of the same, though nobody knows whether they were told once."""
    told = environment(
        isolated_settings,
        DRESSFORM_SMTP_URL=f"smtp://127.0.0.1:{smtp_server.port}",
        DRESSFORM_WORKER_INTERVAL="PT1S",
    )
    async with bootstrap(isolated_settings) as (uows, _):
        began = end_of(PROFILE, now()) - now()
        owner = await add_account(uows, now() - began + 6 * DAY, f"ada-{uuid4().hex[:8]}")
        async with uows.transaction() as uow:
            await uow.connection.execute(text("UPDATE account SET warned_at = NULL"))
        with command("worker", environment=told) as worker:
            # By the server itself, so that it never hears an answer.
            smtp_server.on_data = partial(worker.signal, signal.SIGKILL)
            assert await asyncio.to_thread(worker.ends, 20) == -signal.SIGKILL
        # What was leased to the dead one comes up for another two minutes later.
        async with uows.transaction() as uow:
            await uow.connection.execute(text("UPDATE mail SET next_attempt_at = now()"))
        with command("worker", environment=told) as worker:
            async with asyncio.timeout(20):
                while await _waiting(uows):
                    await asyncio.sleep(0.05)
            worker.signal(signal.SIGTERM)
            assert await asyncio.to_thread(worker.ends, 10) == 0
        reader = uows.read()
        found = await Accounts(reader).get_by_id(owner.account_id)
        assert found is not None
        assert found.warned_at is None

    assert len(smtp_server.received) == 1


async def _waiting(uows: UnitOfWorkFactory) -> int:
    uow = uows.read()
    return int(await uow.connection.scalar(text("SELECT count(*) FROM mail")) or 0)


async def test_models_wait_with_their_account(
    uows: UnitOfWorkFactory, ada: MemberClient, clock: MovableClock
) -> None:
    await ada.add_model()
    end = end_of(MODEL, clock())

    for category in (MODEL, PROFILE):
        report = await enforce(
            category, uows, now=end + DAY, scheduled_for=end, guard=WITHOUT_CLOCK_GUARD
        )
        assert report is not None
        assert report.rows == 0
