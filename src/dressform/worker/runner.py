"""Running of the worker: until a signal, or once."""

import asyncio
import signal

from dressform.actions.mail_turns import MailTurns
from dressform.actions.reload_keys import reload_regularly
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.mail.bounce_mailbox import open_mailbox
from dressform.mail.compose import MailRenderer
from dressform.mail.files import mail_folder
from dressform.mail.transport import create_transport
from dressform.settings.settings import Settings
from dressform.worker.deletion_guard import DeletionGuard
from dressform.worker.enforce import RunResult
from dressform.worker.scheduler import run_scheduler
from dressform.worker.tasks import WorkerTasks


def create_tasks(settings: Settings, uows: UnitOfWorkFactory) -> WorkerTasks:
    """Return the worker's tasks with everything that they use."""
    composer = MailRenderer(
        sender=settings.mail_from,
        frontend_url=settings.frontend_url,
        site_name=settings.mail_site_name,
        contact=settings.contact,
        clock=uows.clock,
    )
    mailbox_url = settings.bounce_mailbox_url
    return WorkerTasks(
        uows,
        composer,
        create_transport(settings),
        mail_folder(settings),
        settings.worker_interval,
        DeletionGuard(clock_offset=settings.clock_ahead),
        MailTurns(uows, couriers=settings.mail_couriers),
        open_mailbox(mailbox_url.get_secret_value()) if mailbox_url else None,
    )


async def run(settings: Settings, uows: UnitOfWorkFactory) -> None:
    """Run the tasks at their intervals until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    reloading = asyncio.create_task(reload_regularly(uows))
    try:
        async with run_scheduler(create_tasks(settings, uows)):
            await stop.wait()
    finally:
        reloading.cancel()


async def run_once(settings: Settings, uows: UnitOfWorkFactory) -> list[RunResult]:
    """Run every task once. Return one result per rule."""
    return await create_tasks(settings, uows).run_once()
