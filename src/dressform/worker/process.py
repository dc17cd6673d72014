"""The worker as a process: until a signal comes, or for one round."""

import asyncio
import signal

from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.mail.compose import Composer
from dressform.mail.transport import mail_folder, transport_of
from dressform.settings.settings import Settings
from dressform.worker.deletion_guard import Breaker
from dressform.worker.enforce import Report
from dressform.worker.scheduler import Duties, scheduled


def duties_of(settings: Settings, uows: UnitOfWorkFactory) -> Duties:
    composer = Composer(sender=settings.mail_from, link_base=settings.link_base, clock=uows.clock)
    return Duties(
        uows,
        composer,
        transport_of(settings),
        mail_folder(settings),
        settings.worker_interval,
        Breaker(ahead=settings.clock_ahead),
    )


async def work(settings: Settings, uows: UnitOfWorkFactory) -> None:
    """Until SIGTERM or SIGINT. What takes too long to end then is repeated by the next worker."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with scheduled(duties_of(settings, uows)):
        await stop.wait()


async def work_once(settings: Settings, uows: UnitOfWorkFactory) -> list[Report]:
    return await duties_of(settings, uows).round()
