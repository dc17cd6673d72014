"""Attacks that try to delay the mail of other people."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx
import pytest
from pydantic import SecretStr

from dressform.actions.deliver_mails import discard_mails
from dressform.bootstrap import bootstrap
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.repositories.mails import Mails
from dressform.settings.settings import Settings
from dressform.worker.runner import create_tasks
from dressform.worker.scheduler import run_scheduler
from dressform.worker.tasks import WorkerTasks
from tests.conftest import MovableClock
from tests.helpers.auth import forgot, request_sign_in_mail
from tests.helpers.members import CreateMember, Mailbox, MemberClient, token_of
from tests.helpers.smtp_server import FakeSmtpServer

ARRIVES_WITHIN_SECONDS = 10


async def forge_resets(uows: UnitOfWorkFactory, count: int) -> None:
    """Queue what `POST /v1/auth/password/forgot` queues, each for another unknown address."""
    async with uows.transaction() as uow:
        mails = Mails(uow)
        for number in range(count):
            await mails.add("password-reset", to=f"person{number}@flood.example", language="en")


@asynccontextmanager
async def running_worker(settings: Settings, uows: UnitOfWorkFactory) -> AsyncIterator[None]:
    """Run a worker with its own connections, until the block ends."""
    async with (
        bootstrap(settings, uows.clock) as (of_worker, _),
        run_scheduler(create_tasks(settings, of_worker)),
    ):
        yield


@pytest.fixture
def by_smtp(settings: Settings, smtp_server: FakeSmtpServer) -> Settings:
    url = SecretStr(f"smtp://127.0.0.1:{smtp_server.port}")
    return settings.model_copy(update={"smtp_url": url, "mail_couriers": 4})


async def wait_until(is_so: Callable[[], bool], *, seconds: float) -> None:
    async with asyncio.timeout(seconds):
        while not is_so():
            await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    "count", [2_000, pytest.param(12_000, marks=[pytest.mark.audit, pytest.mark.timeout(240)])]
)
async def test_forged_resets_do_not_delay_a_real_one(
    ada: MemberClient,
    uows: UnitOfWorkFactory,
    by_smtp: Settings,
    smtp_server: FakeSmtpServer,
    count: int,
) -> None:
    await forge_resets(uows, count)
    async with running_worker(by_smtp, uows):
        assert (await forgot(ada.client, ada.email)).status_code == 202
        await wait_until(lambda: bool(smtp_server.received), seconds=ARRIVES_WITHIN_SECONDS)

    ((recipient, message),) = smtp_server.received
    assert recipient == ada.email
    assert "/reset-password#token=" in message.get_content()


async def queue(uows: UnitOfWorkFactory, kind: str, *recipients: str) -> None:
    async with uows.transaction() as uow:
        for to in recipients:
            await Mails(uow).add(kind, to=to, language="en")


async def test_a_flood_of_one_kind_does_not_delay_another(
    ada: MemberClient, uows: UnitOfWorkFactory, by_smtp: Settings, smtp_server: FakeSmtpServer
) -> None:
    """The mail server takes half a second for each, so the flood alone is a minute's work."""
    smtp_server.delay_seconds = lambda _: 0.5
    await queue(uows, "password-changed", *(f"person{n}@flood.example" for n in range(400)))
    async with running_worker(by_smtp, uows):
        await wait_until(lambda: len(smtp_server.received) > 6, seconds=10)
        assert (await forgot(ada.client, ada.email)).status_code == 202
        await wait_until(lambda: ada.email in recipients_of(smtp_server), seconds=3)


async def test_a_kind_whose_recipients_are_slow_leaves_a_courier_free(
    ada: MemberClient, uows: UnitOfWorkFactory, by_smtp: Settings, smtp_server: FakeSmtpServer
) -> None:
    smtp_server.delay_seconds = lambda to: 30 if to.endswith("@flood.example") else 0
    await queue(uows, "password-changed", *(f"person{n}@flood.example" for n in range(20)))
    async with running_worker(by_smtp, uows):
        await wait_until(lambda: smtp_server.most_at_a_time == 3, seconds=10)
        assert (await forgot(ada.client, ada.email)).status_code == 202
        await wait_until(lambda: ada.email in recipients_of(smtp_server), seconds=3)


@pytest.mark.parametrize("couriers", [1, 4])
async def test_a_flood_to_one_address_does_not_delay_others(
    uows: UnitOfWorkFactory, by_smtp: Settings, smtp_server: FakeSmtpServer, couriers: int
) -> None:
    await queue(uows, "password-changed", *["eve@flood.example"] * 50, "bea@example.org")
    tasks = create_tasks(by_smtp.model_copy(update={"mail_couriers": couriers}), uows)

    assert await tasks.deliver_mails() == 51
    assert recipients_of(smtp_server).index("bea@example.org") <= couriers


async def test_a_slow_mailbox_keeps_one_courier_waiting_at_most(
    uows: UnitOfWorkFactory, by_smtp: Settings, smtp_server: FakeSmtpServer
) -> None:
    smtp_server.delay_seconds = lambda to: 30 if to.startswith("eve@") else 0
    for kind in ("password-changed", "email-changed", "consent-given"):
        await queue(uows, kind, *["eve@flood.example"] * 3, "bea@example.org")
    async with running_worker(by_smtp, uows):
        await wait_until(lambda: len(smtp_server.received) == 3, seconds=10)
        await queue(uows, "email-changed", *(f"person{n}@example.org" for n in range(5)))
        await wait_until(lambda: len(smtp_server.received) == 8, seconds=5)


async def test_the_newest_reset_is_sent_first(
    create_member: CreateMember,
    uows: UnitOfWorkFactory,
    settings: Settings,
    mailbox: Mailbox,
) -> None:
    members = [await create_member(name) for name in ("ann", "bea", "cyd")]
    for member in members:
        assert (await forgot(member.client, member.email)).status_code == 202

    found = [message["To"] for message in await mailbox.collect()]

    assert found == ["cyd@example.org", "bea@example.org", "ann@example.org"]


async def test_of_several_resets_for_one_address_only_the_newest_is_sent(
    ada: MemberClient, mailbox: Mailbox
) -> None:
    """Each new link ends the one before, so the others would be of no use."""
    for _ in range(4):
        assert (await forgot(ada.client, ada.email)).status_code == 202

    token = token_of(await mailbox.receive_one())

    change = {"token": token, "new_password": "nine needles in the hay"}
    answer = await ada.client.post("/v1/auth/password/reset", json=change)
    assert answer.status_code == 204


async def test_mails_to_unknown_addresses_cost_one_statement(
    client: httpx.AsyncClient, uows: UnitOfWorkFactory, worker_tasks: WorkerTasks
) -> None:
    await forge_resets(uows, 100)
    await queue(uows, "sign-up", *(f"person{n}@flood.example" for n in range(100)))
    await queue(uows, "sign-in", *(f"person{n}@flood.example" for n in range(100)))

    assert await discard_mails(uows) == 300
    assert await worker_tasks.deliver_mails() == 0


async def test_mails_that_somebody_waits_for_are_not_discarded(
    ada: MemberClient, client: httpx.AsyncClient, mailbox: Mailbox, uows: UnitOfWorkFactory
) -> None:
    await MemberClient(client, mailbox, "bea").register()
    await client.post("/v1/auth/resend", json={"email": "BEA@example.org"})
    await client.post("/v1/auth/resend", json={"email": ada.email})
    await forgot(client, ada.email.upper())
    await request_sign_in_mail(client, ada.email)
    await request_sign_in_mail(client, "bea@example.org")
    await queue(uows, "erased", "cyd@example.org")

    assert await discard_mails(uows) == 0
    found = sorted(message["To"] for message in await mailbox.collect())

    assert found == [ada.email] * 3 + ["bea@example.org"] * 3 + ["cyd@example.org"]


async def test_a_courier_whose_lease_passed_to_another_changes_nothing(
    uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    await queue(uows, "erased", "ada@example.org")
    async with uows.transaction() as uow:
        lost = await Mails(uow).lease_next("erased")
    assert lost is not None
    clock.advance(minutes=2)
    async with uows.transaction() as uow:
        assert await Mails(uow).lease_next("erased") is not None
    async with uows.transaction() as uow:
        await Mails(uow).retry_later(lost)

    clock.advance(seconds=100)
    async with uows.transaction() as uow:
        assert await Mails(uow).lease_next("erased") is None


def recipients_of(smtp_server: FakeSmtpServer) -> list[str]:
    return [to for to, _ in smtp_server.received]
