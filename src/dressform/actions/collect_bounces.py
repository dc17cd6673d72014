import asyncio
import logging

from dressform.actions.record_bounce import record_bounce
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.mail.bounce_mailbox import BounceMailbox
from dressform.mail.bounce_reports import parse_report

log = logging.getLogger(__name__)

MAX_ROUNDS = 50
"""A flood is read by 1,000 messages in each run, and does not delay the other steps for longer."""


async def collect_bounces(uows: UnitOfWorkFactory, mailbox: BounceMailbox) -> int:
    """Record the reports in a mailbox, and delete all that was read. Return how many were recorded.

    Raise MailboxError. A message is deleted after its report was recorded: a crash repeats it.
    """
    recorded = 0
    for _ in range(MAX_ROUNDS):
        messages = await asyncio.to_thread(mailbox.fetch)
        for message in messages:
            report = await asyncio.to_thread(parse_report, message.content)
            async with uows.transaction() as uow:
                recorded += await record_bounce(uow, report)
        if not messages:
            break
        await asyncio.to_thread(mailbox.delete, {message.uid for message in messages})
    return recorded
