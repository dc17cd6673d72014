"""The drafts of mails. Each kind of mail is written when it is sent."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from dressform.crypto.secrets import new_token
from dressform.crypto.sign_in_codes import format_code, new_code
from dressform.db.unit_of_work import UnitOfWork
from dressform.repositories.accounts import Accounts
from dressform.repositories.credentials import Credentials
from dressform.repositories.expired_rows import MAX_GRACE_PERIOD, MIN_NOTICE
from dressform.repositories.expiry_notices import ExpiryNotice, ExpiryNotices
from dressform.repositories.mails import OutboxMail
from dressform.repositories.one_time_tokens import OneTimeTokens, TokenPurpose
from dressform.repositories.sign_ups import PendingSignUp, SignUps


@dataclass(frozen=True, slots=True)
class MailDraft:
    """The template, recipient and language of a mail; the page and token of its link if any.

    The recipient is the confirmed address, never a client's spelling: `Ada@` may be another
    mailbox.
    """

    template: str
    to: str
    language: str
    page: str = ""
    token: str = ""
    values: dict[str, str] = field(default_factory=dict)
    warned: ExpiryNotice | None = None


async def _draft_sign_up(uow: UnitOfWork, mail: OutboxMail) -> MailDraft | None:
    account = await Accounts(uow).get_by_email(mail.to)
    if account is not None:
        return MailDraft("already_registered", account.email, account.language)
    locked = await Accounts(uow).get_in_grace_period_by_email(mail.to)
    if locked is not None:
        return await _draft_reactivation(uow, locked)
    sign_ups = SignUps(uow)
    wanted = mail.context.get("sign_up_id")
    waiting = await (
        sign_ups.get_by_id(UUID(wanted)) if wanted else sign_ups.get_latest_by_email(mail.to)
    )
    return await _draft_confirmation(uow, waiting, "confirm_sign_up")


async def _draft_confirmation(
    uow: UnitOfWork, waiting: PendingSignUp | None, template: str
) -> MailDraft | None:
    """Draft a mail with a link for every registration of the address: the password tells which."""
    if waiting is None:
        return None
    token = new_token()
    await SignUps(uow).set_token(waiting, token)
    # Without the username: a stranger may have chosen one that mail programs turn into a link.
    return MailDraft(template, waiting.email, waiting.language, "verify-email", token)


async def _draft_username_taken(uow: UnitOfWork, mail: OutboxMail) -> MailDraft | None:
    waiting = await SignUps(uow).get_by_id(UUID(mail.context["sign_up_id"]))
    return None if waiting is None else MailDraft("username_taken", waiting.email, waiting.language)


async def _draft_sign_in(uow: UnitOfWork, mail: OutboxMail) -> MailDraft | None:
    """Draft the link and code, or the confirmation of a registration, without which they fail."""
    account = await Accounts(uow).get_for_sign_in(mail.to)
    if account is None:
        waiting = await SignUps(uow).get_latest_by_email(mail.to)
        return await _draft_confirmation(uow, waiting, "confirm_first")
    code = new_code()
    token = await OneTimeTokens(uow).issue(
        account.owner,
        TokenPurpose.SIGN_IN,
        email=account.email,
        request_hash=bytes.fromhex(mail.context["request_hash"]),
        code=code,
    )
    values = {"code": format_code(code)}
    return MailDraft("sign_in", account.email, account.language, "sign-in", token, values)


async def _draft_password_reset(uow: UnitOfWork, mail: OutboxMail) -> MailDraft | None:
    account = await Accounts(uow).get_by_email(mail.to)
    if account is None:
        locked = await Accounts(uow).get_in_grace_period_by_email(mail.to)
        if locked is not None:
            return await _draft_reactivation(uow, locked)
        waiting = await SignUps(uow).get_latest_by_email(mail.to)
        return await _draft_confirmation(uow, waiting, "confirm_first")
    token = await OneTimeTokens(uow).issue(
        account.owner, TokenPurpose.PASSWORD_RESET, email=account.email
    )
    return MailDraft("reset_password", account.email, account.language, "reset-password", token)


async def _draft_email_change(uow: UnitOfWork, mail: OutboxMail) -> MailDraft | None:
    accounts = Accounts(uow)
    holder = await accounts.get_by_email(mail.to)
    if holder is not None:
        return MailDraft("already_registered", holder.email, holder.language)
    # Not for an account that changed since: its new password may be there to stop this very mail.
    about = mail.context
    account = await accounts.get_for_share(UUID(about["account_id"]), version=about["version"])
    if account is None:
        return None
    token = await OneTimeTokens(uow).issue(account.owner, TokenPurpose.EMAIL_CHANGE, email=mail.to)
    return MailDraft("confirm_email", mail.to, account.language, "confirm-email", token)


async def _draft_expiry_notice(uow: UnitOfWork, mail: OutboxMail) -> MailDraft | None:
    """Draft the notice, unless a login has moved the expiry since."""
    account_id = UUID(mail.context["account_id"])
    locked = await Accounts(uow).get_in_grace_period(account_id)
    if locked is not None:
        return await _draft_reactivation(uow, locked)
    account = await _get_expiring_account(uow, mail)
    if account is None:
        return None
    values = {"ends_at": _format_time(account.expires_at)}
    warned = ExpiryNotice(account_id, account.expires_at)
    template = "ending" if account.restricted_at is None else "restricted_ending"
    return MailDraft(template, account.email, account.language, values=values, warned=warned)


async def _draft_restricted_notice(uow: UnitOfWork, mail: OutboxMail) -> MailDraft | None:
    """Ask whether a restricted account is still needed; this warns of no expiry."""
    account = await _get_expiring_account(uow, mail)
    if account is None or account.restricted_at is None:
        return None
    values = {"ends_at": _format_time(account.expires_at)}
    return MailDraft("restricted", account.email, account.language, values=values)


async def _get_expiring_account(uow: UnitOfWork, mail: OutboxMail) -> Credentials | None:
    """Return the account of a notice, None when its expiry is another one by now."""
    account = await Accounts(uow).get_by_id(UUID(mail.context["account_id"]))
    if account is None or account.expires_at.isoformat() != mail.context["ends_at"]:
        return None
    return account


async def _draft_reactivation(uow: UnitOfWork, account: Credentials) -> MailDraft:
    """Draft the mail that lets an owner reactivate an account in its grace period."""
    token = new_token()
    account_id = account.owner.account_id
    await ExpiryNotices(uow).set_reactivation_token(account_id, token)
    until = min((account.warned_at or uow.now) + MIN_NOTICE, account.expires_at + MAX_GRACE_PERIOD)
    values = {"ends_at": _format_time(account.expires_at), "until": _format_time(until)}
    warned = ExpiryNotice(account_id, account.expires_at)
    return MailDraft("ended", account.email, account.language, "reopen", token, values, warned)


async def _draft_session_ended(uow: UnitOfWork, mail: OutboxMail) -> MailDraft | None:
    account = await Accounts(uow).get_by_id(UUID(mail.context["account_id"]))
    return None if account is None else MailDraft("session_ended", account.email, account.language)


async def _draft_renamed(uow: UnitOfWork, mail: OutboxMail) -> MailDraft | None:
    """Tell a member of a site that was moved here of the other username, which the mail does not name."""
    account = await Accounts(uow).get_by_id(UUID(mail.context["account_id"]))
    return None if account is None else MailDraft("renamed", account.email, account.language)


def _format_time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _static_draft(template: str) -> Callable[[UnitOfWork, OutboxMail], Awaitable[MailDraft | None]]:
    async def draft(_: UnitOfWork, mail: OutboxMail) -> MailDraft:
        return MailDraft(template, mail.to, mail.language)

    return draft


DRAFTS: dict[str, Callable[[UnitOfWork, OutboxMail], Awaitable[MailDraft | None]]] = {
    "sign-up": _draft_sign_up,
    "username-taken": _draft_username_taken,
    "password-reset": _draft_password_reset,
    "sign-in": _draft_sign_in,
    "email-change": _draft_email_change,
    "email-change-asked": _static_draft("email_change_asked"),
    "email-changed": _static_draft("email_changed"),
    "consent-given": _static_draft("consent_given"),
    "consent-withdrawn": _static_draft("consent_withdrawn"),
    "password-changed": _static_draft("password_changed"),
    "session-ended": _draft_session_ended,
    "erased": _static_draft("erased"),
    "ending": _draft_expiry_notice,
    "restricted": _draft_restricted_notice,
    "renamed": _draft_renamed,
}
