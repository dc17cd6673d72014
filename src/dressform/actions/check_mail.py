import logging

from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.mail.delivery_errors import DeliveryError
from dressform.mail.transport import Transport
from dressform.repositories.mail_outages import MailOutages

log = logging.getLogger(__name__)


async def check_mail(uows: UnitOfWorkFactory, transport: Transport) -> bool:
    """Return whether the mail server accepts mail now. Record the beginning of an outage.

    The check has no recipient: the failure of a real mail would reveal that its address has an
    account.
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
