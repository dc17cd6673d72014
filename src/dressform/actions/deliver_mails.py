import asyncio
import logging
from dataclasses import dataclass
from email.message import EmailMessage
from uuid import UUID

from dressform.actions.draft_mails import DRAFTS
from dressform.actions.mail_turns import MailTurns
from dressform.db.unit_of_work import UnitOfWork, UnitOfWorkFactory
from dressform.mail.compose import MailRenderer, UnwritableAddressError
from dressform.mail.transport import DeliveryError, DeliveryUnknownError, Transport
from dressform.repositories.expiry_notices import ExpiryNotice, ExpiryNotices
from dressform.repositories.mails import LeasedMail, Mails

log = logging.getLogger(__name__)

DISCARD_BATCH = 5_000
RENDER_TIMEOUT_SECONDS = 30
"""Together with the timeout of the transport it is shorter than a lease."""


@dataclass(frozen=True, slots=True)
class RenderedMail:
    """A rendered mail, and the expiry that it announces if any."""

    message: EmailMessage
    warned: ExpiryNotice | None


async def deliver_mails(
    uows: UnitOfWorkFactory, composer: MailRenderer, transport: Transport, turns: MailTurns
) -> int:
    """Deliver the mails that are due, as one of several couriers. Return how many were delivered.

    The content of a mail is decided here, and not while a request is handled. So neither a response
    nor its time reveals whether an address has an account.
    """
    delivered = 0
    # One at a time: the lease of a batch could expire before its last mail is sent.
    while True:
        async with turns.lease_next() as mail:
            if mail is None:
                return delivered
            delivered += await _deliver(uows, composer, transport, mail)


async def discard_mails(uows: UnitOfWorkFactory) -> int:
    """Delete the mails that have nothing to say, a batch by one statement. Return how many.

    Anyone may ask for mails to addresses that have no account. Deciding each of them alone would
    delay all other mail.
    """
    discarded = 0
    while True:
        async with uows.transaction() as uow:
            batch = await Mails(uow).delete_pointless(limit=DISCARD_BATCH)
        discarded += batch
        if batch < DISCARD_BATCH:
            return discarded


async def _deliver(
    uows: UnitOfWorkFactory, composer: MailRenderer, transport: Transport, mail: LeasedMail
) -> bool:
    if mail.kind in _AT_MOST_ONCE and mail.was_interrupted:
        return await _abandon(uows, mail, _MAY_BE_DELIVERED)
    try:
        async with asyncio.timeout(RENDER_TIMEOUT_SECONDS), uows.transaction() as uow:
            written = await _render(uow, composer, mail.id)
        if written is not None:
            await transport.send(written.message)
    except UnwritableAddressError:
        return await _abandon(uows, mail, "cannot be addressed: it is deleted")
    except Exception as error:  # noqa: BLE001  one that fails must not hold up the others
        if mail.kind in _AT_MOST_ONCE and isinstance(error, DeliveryUnknownError):
            return await _abandon(uows, mail, _MAY_BE_DELIVERED)
        # Of other errors not the text, which may repeat the recipient.
        kind = error if isinstance(error, DeliveryError) else type(error).__name__
        log.warning("mail %s was not handed over (%s), try %d", mail.id, kind, mail.attempts)
        async with uows.transaction() as uow:
            await Mails(uow).retry_later(mail)
        return False
    async with uows.transaction() as uow:
        await Mails(uow).delete(mail.id)
        if written is not None and written.warned is not None:
            await ExpiryNotices(uow).mark_delivered(written.warned)
    return written is not None


async def _abandon(uows: UnitOfWorkFactory, mail: LeasedMail, reason: str) -> bool:
    """Delete a mail that is not tried again. It counts as no expiry notice."""
    log.warning("mail %s %s", mail.id, reason)
    async with uows.transaction() as uow:
        await Mails(uow).delete(mail.id)
    return False


async def _render(uow: UnitOfWork, composer: MailRenderer, mail_id: UUID) -> RenderedMail | None:
    """Render a mail. Return None when it has no recipient, or no reason, any more."""
    mail = await Mails(uow).get_by_id(mail_id)
    draft = await DRAFTS[mail.kind](uow, mail) if mail else None
    if mail is None or draft is None:
        return None
    values = dict(draft.values)
    if draft.page:
        values["link"] = composer.link(draft.page, draft.token)
    message = composer.render(
        draft.template, mail.id, to=draft.to, language=draft.language, **values
    )
    return RenderedMail(message, draft.warned)


_MAY_BE_DELIVERED = "may have been handed over: it is not sent again"
_AT_MOST_ONCE = frozenset({"ending"})
"""Kinds that must not be sent twice. The others are sent again when the outcome is unknown."""
