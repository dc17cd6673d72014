import logging

from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.mail.transport import DeliveryError, Transport
from dressform.repositories.mail_outages import MailOutages

log = logging.getLogger(__name__)


async def check_mail(uows: UnitOfWorkFactory, transport: Transport) -> bool:
    """Return whether the mail server takes mail now, and record since when it does not.

    By a check that is for nobody: whether the mail of a certain address fails would tell everybody
    who reads the status that the address has an account.
    """
    try:
        await transport.check()
    except DeliveryError as error:
        async with uows.transaction() as uow:
            if await MailOutages(uow).begin():
                log.warning("the mail server takes no mail (%s): mails wait", error)
        return False
    async with uows.transaction() as uow:
        if await MailOutages(uow).end():
            log.info("the mail server takes mail again")
    return True
