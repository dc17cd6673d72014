import logging

from dressform.actions.draft_mails import DRAFTS
from dressform.crypto.mail_ids import SentMail
from dressform.db.unit_of_work import UnitOfWork
from dressform.mail.bounce_reports import FailureReport
from dressform.mail.outcomes import MailOutcome
from dressform.repositories.expiry_notices import ExpiryNotices
from dressform.repositories.mail_counts import MailCounts
from dressform.repositories.mails import Mails
from dressform.repositories.refused_addresses import RefusedAddresses

log = logging.getLogger(__name__)


async def record_bounce(uow: UnitOfWork, report: FailureReport | None) -> bool:
    """Record that a mail came back. Return False if it is no mail that the service has sent.

    A warning that came back is none. Only a permanent failure of the address or its mailbox marks
    the account; a mail that the service itself or its way caused to fail does not.
    """
    mail = None if report is None else _verify(uow, report)
    if report is None or mail is None:
        return False
    # So that a courier that has just handed it over does not count it as delivered.
    await Mails(uow).delete(mail.id)
    await ExpiryNotices(uow).take_back(mail.address, mail.queued_on)
    if report.is_permanent:
        await RefusedAddresses(uow).mark(mail.address)
    await MailCounts(uow).add(mail.kind, MailOutcome.BOUNCED, str(report.status or ""))
    log.warning("mail %s came back (%s)", mail.id, report.status)
    return True


def _verify(uow: UnitOfWork, report: FailureReport) -> SentMail | None:
    found = (
        uow.keyrings.mail_ids.verify(text, kinds=DRAFTS, addresses=report.addresses, at=uow.now)
        for text in report.ids
    )
    return next((mail for mail in found if mail is not None), None)
