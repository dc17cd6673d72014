"""A restricted account outlives its 12 months, is asked for, and does not stay for ever."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from pydantic import SecretStr

from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.policy.account_data import MAX_GRACE_PERIOD, PROFILE, RESTRICTED
from dressform.settings.settings import Settings
from dressform.worker.runner import create_tasks
from dressform.worker.tasks import WorkerTasks
from tests.conftest import WITHOUT_CLOCK_GUARD, MovableClock
from tests.helpers.auth import restrict
from tests.helpers.coarse_times import end_of
from tests.helpers.members import CreateMember, MemberClient
from tests.helpers.retention import counts
from tests.helpers.smtp_server import FakeSmtpServer

DAY = timedelta(days=1)
ASKED = "Do you still need your restricted account?"
Rounds = Callable[..., Awaitable[list[str]]]


@pytest.fixture
def worker(smtp_server: FakeSmtpServer, settings: Settings, uows: UnitOfWorkFactory) -> WorkerTasks:
    url = SecretStr(f"smtp://127.0.0.1:{smtp_server.port}")
    made = create_tasks(settings.model_copy(update={"smtp_url": url}), uows)
    return replace(made, guard=WITHOUT_CLOCK_GUARD)


@pytest.fixture
def rounds(worker: WorkerTasks, smtp_server: FakeSmtpServer, clock: MovableClock) -> Rounds:
    """A round at each of some moments: the subjects of the mails that they brought."""

    async def run(*moments: datetime) -> list[str]:
        seen = len(smtp_server.received)
        for moment in moments:
            clock.at = moment
            await worker.run_once()
        return [message["Subject"] for _, message in smtp_server.received[seen:]]

    return run


async def accounts(uows: UnitOfWorkFactory) -> int:
    return (await counts(uows))["account"]


async def test_restricted_account_outlives_its_window_and_ends_without_a_word(
    ada: MemberClient, uows: UnitOfWorkFactory, rounds: Rounds, clock: MovableClock
) -> None:
    await ada.add_model()
    await restrict(ada)
    window_end = end_of(PROFILE, clock())
    end = RESTRICTED.period.expires_at(window_end)

    assert await rounds(window_end - 30 * DAY, window_end - DAY, window_end) == []
    assert await rounds(window_end + 2 * DAY, window_end + 100 * DAY) == [ASKED]
    assert await rounds(window_end + 370 * DAY, end - 100 * DAY) == [ASKED]
    warnings = await rounds(end - 30 * DAY, end - 7 * DAY, end - DAY, end - timedelta(seconds=1))
    assert warnings == [f"Your restricted account ends on {end:%Y-%m-%d %H:%M} UTC"] * 3
    assert (await counts(uows))["model"] == 1

    await rounds(end)
    assert await accounts(uows) == 0


async def test_sign_in_to_restricted_account_begins_its_time_anew(
    ada: MemberClient, uows: UnitOfWorkFactory, rounds: Rounds, clock: MovableClock
) -> None:
    await restrict(ada)
    window_end = end_of(PROFILE, clock())
    await rounds(window_end + 300 * DAY)

    assert (await ada.sign_in()).status_code == 200

    me = (await ada.request("GET", "/v1/profiles/me")).json()
    end = RESTRICTED.period.expires_at(end_of(PROFILE, clock()))
    assert datetime.fromisoformat(me["expires_at"]) == end
    assert await rounds(end_of(PROFILE, clock()) + 10 * DAY) == [ASKED]
    assert await accounts(uows) == 1


async def test_lifting_a_restriction_gives_the_account_its_window_again(
    ada: MemberClient, uows: UnitOfWorkFactory, rounds: Rounds, clock: MovableClock
) -> None:
    await restrict(ada)
    clock.at = end_of(PROFILE, clock()) + 100 * DAY
    await ada.sign_in()
    end = end_of(PROFILE, clock())
    await restrict(ada, restricted=False)

    me = (await ada.request("GET", "/v1/profiles/me")).json()
    assert datetime.fromisoformat(me["expires_at"]) == end
    await rounds(end - 30 * DAY, end)
    assert await accounts(uows) == 0


async def test_restricted_account_is_not_deleted_unwarned(
    ada: MemberClient,
    uows: UnitOfWorkFactory,
    rounds: Rounds,
    smtp_server: FakeSmtpServer,
    clock: MovableClock,
) -> None:
    """Being asked whether it is needed warns of no end: that needs a mail of its own."""
    await restrict(ada)
    end = RESTRICTED.period.expires_at(end_of(PROFILE, clock()))
    await rounds(end - 700 * DAY, end - 300 * DAY)
    assert len(smtp_server.received) == 2
    await smtp_server.close()

    await rounds(end - 30 * DAY, end - 7 * DAY, end, end + MAX_GRACE_PERIOD.length - DAY)
    assert await accounts(uows) == 1
    assert (await ada.sign_in()).status_code == 200


async def test_owner_is_asked_in_french(
    create_member: CreateMember, rounds: Rounds, clock: MovableClock
) -> None:
    zoe = await create_member("zoe", language="fr")
    await restrict(zoe)

    (subject,) = await rounds(end_of(PROFILE, clock()) + 10 * DAY)

    assert subject.startswith("Avez-vous encore besoin de votre compte")
