import asyncio
import logging
from dataclasses import dataclass
from email.message import EmailMessage
from uuid import UUID

from dressform.actions.draft_mails import DRAFTS
from dressform.actions.mail_turns import MailTurns
from dressform.crypto.mail_ids import SentMail
from dressform.db.unit_of_work import UnitOfWork, UnitOfWorkFactory
from dressform.mail.compose import MailRenderer, UnwritableAddressError
from dressform.mail.delivery_errors import DeliveryError, DeliveryUnknownError
from dressform.mail.outcomes import MailOutcome
from dressform.mail.transport import Transport
from dressform.repositories.expiry_notices import ExpiryNotice, ExpiryNotices
from dressform.repositories.mail_counts import MailCounts
from dressform.repositories.mails import LeasedMail, Mails
from dressform.repositories.refused_addresses import RefusedAddresses

log = logging.getLogger(__name__)

DISCARD_BATCH = 5_000
RENDER_TIMEOUT_SECONDS = 30
"""Together with the timeout of the transport it is shorter than a lease."""


@dataclass(frozen=True, slots=True)
class RenderedMail:
    """A rendered mail to an address, and the expiry that it announces if any."""

    to: str
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
        return await _abandon(uows, mail, MailOutcome.UNKNOWN)
    written = None
    try:
        async with asyncio.timeout(RENDER_TIMEOUT_SECONDS), uows.transaction() as uow:
            written = await _render(uow, composer, mail.id)
        if written is not None:
            await transport.send(written.message)
    except UnwritableAddressError:
        return await _abandon(uows, mail, MailOutcome.REFUSED)
    except Exception as error:  # noqa: BLE001  one that fails must not hold up the others
        if mail.kind in _AT_MOST_ONCE and isinstance(error, DeliveryUnknownError):
            return await _abandon(uows, mail, MailOutcome.UNKNOWN)
        await _record_failure(uows, mail, error, to=written.to if written else "")
        return False
    async with uows.transaction() as uow:
        await _record_delivery(uow, mail, written)
    return written is not None


async def _record_delivery(uow: UnitOfWork, mail: LeasedMail, written: RenderedMail | None) -> None:
    """Delete a mail that was handed over, or that had nothing to say."""
    is_known = await Mails(uow).delete(mail.id)
    if written is None:
        return
    # A report may come before this, and deletes the mail as well: then it was not delivered.
    if is_known:
        await RefusedAddresses(uow).clear(written.to)
        if written.warned is not None:
            await ExpiryNotices(uow).mark_delivered(written.warned)
    await MailCounts(uow).add(mail.kind, MailOutcome.HANDED_OVER)


async def _record_failure(
    uows: UnitOfWorkFactory, mail: LeasedMail, error: Exception, *, to: str
) -> None:
    """Schedule the next try, or give the mail up if its recipient was refused for good."""
    if not isinstance(error, DeliveryError):
        # Not the text of the error, which may repeat the recipient.
        error = DeliveryError(type(error).__name__)
    async with uows.transaction() as uow:
        if error.outcome is MailOutcome.REFUSED:
            await Mails(uow).delete(mail.id)
            await RefusedAddresses(uow).mark(to)
        else:
            await Mails(uow).retry_later(mail)
        await MailCounts(uow).add(mail.kind, error.outcome, error.reason)
    log.warning(_FAILURES[error.outcome], mail.id, error, mail.attempts)


async def _abandon(uows: UnitOfWorkFactory, mail: LeasedMail, outcome: MailOutcome) -> bool:
    """Delete a mail that is not tried again. It counts as no expiry notice: the next one follows."""
    log.warning(_ABANDONED[outcome], mail.id)
    async with uows.transaction() as uow:
        await Mails(uow).delete(mail.id)
        await MailCounts(uow).add(mail.kind, outcome)
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
    sent = SentMail(mail.id, mail.queued_on, mail.kind, draft.to)
    sent_id = uow.keyrings.mail_ids.issue(sent)
    message = composer.render(
        draft.template, sent_id, to=draft.to, language=draft.language, **values
    )
    return RenderedMail(draft.to, message, draft.warned)


_FAILURES = {
    MailOutcome.DEFERRED: "mail %s was deferred by the mail server (%s), try %d",
    MailOutcome.REFUSED: "mail %s was refused for its recipient (%s), try %d: it is given up",
    MailOutcome.FAILED: "mail %s was not handed over (%s), try %d",
}
_ABANDONED = {
    MailOutcome.UNKNOWN: "mail %s may have been handed over: it is not sent again",
    MailOutcome.REFUSED: "mail %s cannot be addressed: it is deleted",
}
_AT_MOST_ONCE = frozenset({"ending"})
"""Kinds that must not be sent twice. The others are sent again when the outcome is unknown."""
