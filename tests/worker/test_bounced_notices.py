"""A warning that came back is no warning: the end of the account waits as if mail were down."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import text

from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.policy.account_data import PROFILE
from dressform.settings.settings import Settings
from dressform.worker.runner import create_tasks
from tests.conftest import WITHOUT_CLOCK_GUARD, MovableClock
from tests.helpers.bounces import make_report, sign
from tests.helpers.coarse_times import end_of
from tests.helpers.members import MemberClient
from tests.helpers.received_mail import ReceivedMail
from tests.helpers.retention import counts
from tests.helpers.smtp_server import FakeSmtpServer

DAY = timedelta(days=1)

RunOn = Callable[[datetime], Awaitable[list[ReceivedMail]]]
Bounce = Callable[..., Awaitable[None]]


@pytest.fixture
def run_on(
    smtp_server: FakeSmtpServer, settings: Settings, uows: UnitOfWorkFactory, clock: MovableClock
) -> RunOn:
    """Runs a worker at a time, and returns the mails that it sent."""
    url = SecretStr(f"smtp://127.0.0.1:{smtp_server.port}")
    tasks = create_tasks(settings.model_copy(update={"smtp_url": url}), uows)
    tasks = replace(tasks, guard=WITHOUT_CLOCK_GUARD)

    async def run(moment: datetime) -> list[ReceivedMail]:
        clock.at = moment
        seen = len(smtp_server.received)
        await tasks.run_once()
        return [message for _, message in smtp_server.received[seen:]]

    return run


@pytest.fixture
def bounce(client: httpx.AsyncClient, clock: MovableClock) -> Bounce:
    async def send(message: ReceivedMail, **options: str) -> None:
        body = make_report(message, **options)
        headers = sign(body, clock())
        response = await client.post("/v1/mail/bounces", content=body, headers=headers)
        assert response.status_code == 204

    return send


async def is_there(uows: UnitOfWorkFactory) -> bool:
    return (await counts(uows))["account"] == 1


async def was_warned(uows: UnitOfWorkFactory) -> bool:
    warned = await uows.read().connection.scalar(text("SELECT warned_at FROM account"))
    return warned is not None


@pytest.mark.parametrize("status", ["5.1.1", "4.4.7"])
async def test_account_whose_warnings_all_bounced_is_kept_for_the_grace_period(
    ada: MemberClient, uows: UnitOfWorkFactory, run_on: RunOn, bounce: Bounce, status: str
) -> None:
    end = end_of(PROFILE, uows.clock())
    told = []
    moment = end - 31 * DAY
    while moment < end + 30 * DAY:
        for message in await run_on(moment):
            told.append((moment - end) // DAY)
            await bounce(message, status=status)
        assert await is_there(uows), moment - end
        moment += DAY

    assert told == [-30, -7, -1, 0, 7, 14, 21]
    await run_on(end + 30 * DAY)
    assert not await is_there(uows)


async def test_account_whose_second_warning_arrived_ends_in_time(
    ada: MemberClient, uows: UnitOfWorkFactory, run_on: RunOn, bounce: Bounce
) -> None:
    end = end_of(PROFILE, uows.clock())
    (first,) = await run_on(end - 30 * DAY)
    await bounce(first)
    assert not await was_warned(uows)

    (_,) = await run_on(end - 7 * DAY)
    assert await was_warned(uows)

    await run_on(end)
    assert not await is_there(uows)


async def test_later_warning_that_bounced_leaves_the_earlier_one_valid(
    ada: MemberClient, uows: UnitOfWorkFactory, run_on: RunOn, bounce: Bounce
) -> None:
    end = end_of(PROFILE, uows.clock())
    await run_on(end - 30 * DAY)
    (second,) = await run_on(end - 7 * DAY)
    await bounce(second)

    assert await was_warned(uows)
    await run_on(end)
    assert not await is_there(uows)


async def test_report_that_comes_days_later_takes_the_warning_back(
    ada: MemberClient, uows: UnitOfWorkFactory, run_on: RunOn, bounce: Bounce
) -> None:
    end = end_of(PROFILE, uows.clock())
    (first,) = await run_on(end - 6 * DAY)
    await run_on(end - 1.5 * DAY)

    await bounce(first, status="4.4.7")

    assert not await was_warned(uows)
    await run_on(end + DAY)
    assert await is_there(uows)


async def test_refused_warning_is_none(
    ada: MemberClient, uows: UnitOfWorkFactory, run_on: RunOn, smtp_server: FakeSmtpServer
) -> None:
    end = end_of(PROFILE, uows.clock())
    smtp_server.verdict = lambda _: "550 5.1.1 no such user"

    for days in (30, 7, 1, 0, -7):
        assert await run_on(end - days * DAY) == []
        assert not await was_warned(uows)
        assert await is_there(uows)


async def test_login_after_a_bounced_warning_begins_anew(
    ada: MemberClient, uows: UnitOfWorkFactory, run_on: RunOn, bounce: Bounce
) -> None:
    end = end_of(PROFILE, uows.clock())
    (first,) = await run_on(end - 30 * DAY)
    await ada.sign_in()

    await bounce(first)

    profile = (await ada.request("GET", "/v1/profiles/me")).json()
    assert profile["email_undeliverable"] is True
    assert await run_on(end) == []
    assert await is_there(uows)
