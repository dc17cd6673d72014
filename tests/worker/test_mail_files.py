"""Mails in files, where there is no mail server: they hold addresses, and go by their age alone."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.policy.sign_in_data import MAIL
from dressform.repositories.mails import Mails
from dressform.settings.settings import Settings
from dressform.worker.runner import create_tasks
from dressform.worker.tasks import WorkerTasks
from tests.conftest import MovableClock
from tests.helpers.auth import erase
from tests.helpers.cli import environment
from tests.helpers.members import MemberClient
from tests.processes.running import command

SECOND = timedelta(seconds=1)


def files(settings: Settings) -> list[str]:
    return sorted(path.name for path in (settings.state_dir / "mail").iterdir())


async def test_worker_deletes_mail_files_past_their_window(
    ada: MemberClient, settings: Settings, worker_tasks: WorkerTasks, clock: MovableClock
) -> None:
    await erase(ada)
    await worker_tasks.run_once()
    written = files(settings)
    assert len(written) == 2
    end = MAIL.period.expires_at(clock())

    clock.at = end - SECOND
    await worker_tasks.check_mail()
    assert files(settings) == written
    clock.at = end
    await worker_tasks.check_mail()
    assert files(settings) == []


async def test_mail_files_are_dated_by_the_service_whose_clock_is_ahead(
    settings: Settings, uows: UnitOfWorkFactory
) -> None:
    """Else a worker whose clock is set ahead would delete each mail as soon as it was written."""
    ahead = Settings(**settings.model_dump() | {"clock_ahead": timedelta(days=300)})
    worker = create_tasks(ahead, replace(uows, clock=ahead.clock))
    async with worker.uows.transaction() as uow:
        await Mails(uow).add("erased", to="ada@example.org", language="en")

    assert await worker.deliver_mails() == 1
    await worker.check_mail()

    assert len(files(settings)) == 1


async def test_worker_deletes_mail_files_of_before_there_was_a_mail_server(
    ada: MemberClient, settings: Settings, worker_tasks: WorkerTasks, clock: MovableClock
) -> None:
    (settings.state_dir / "mail" / "torn.part").write_bytes(b"To: ada@example.org")
    assert len(files(settings)) == 2
    by_smtp = create_tasks(
        Settings(**settings.model_dump() | {"smtp_url": "smtp://127.0.0.1:9"}), worker_tasks.uows
    )
    clock.at = MAIL.period.expires_at(settings.clock()) + SECOND

    await by_smtp.check_mail()

    assert files(settings) == []


@pytest.mark.slow
async def test_worker_says_at_its_start_that_mail_files_outlive_accounts(
    isolated_settings: Settings,
) -> None:
    with command("worker", environment=environment(isolated_settings)) as worker:
        said = await asyncio.to_thread(worker.says, r"(mails in .* not deleted with an account.*)")

    assert said.endswith("only after 7 days")
