from collections.abc import Iterable

from dressform.actions.check_username import require_allowed_username
from dressform.actions.clear_attempts import clear_attempts
from dressform.actions.issue_tokens import IssuedTokens, issue_tokens
from dressform.actions.start_session import start_session
from dressform.crypto.passwords import PasswordHasher
from dressform.crypto.tokens import AccessTokens
from dressform.db.errors import ConstraintError
from dressform.db.unit_of_work import UnitOfWork, UnitOfWorkFactory
from dressform.errors import (
    AlreadyConfirmed,
    EmailTaken,
    LinkInvalid,
    UsernameTaken,
    WrongPassword,
)
from dressform.logging.security_events import SecurityEvent, log_security_event
from dressform.repositories.accounts import Accounts
from dressform.repositories.mails import Mails
from dressform.repositories.profiles import Profiles
from dressform.repositories.sign_ups import PendingSignUp, SignUps
from dressform.repositories.unique_hashes import lock_email

DIFFERS_FROM_SIGN_UP = (
    "Type the password with which you registered. If you forgot it, register again with the same "
    "address: the link in the next mail works with the new password."
)
MAX_NOTIFIED = 20
"""Registrations that are told by mail that a name is taken. The others learn it when confirming."""


async def find_sign_up(
    uows: UnitOfWorkFactory, passwords: PasswordHasher, *, token: str, password: str
) -> PendingSignUp:
    """Return the registration of a link's address that was made with this password.

    The link proves who reads the address, and the password who registered: a stranger may have
    registered the same address. Raise LinkInvalid, AlreadyConfirmed, WrongPassword.
    """
    sign_ups = SignUps(uows.read())
    waiting = await sign_ups.list_by_token(token)
    if not waiting:
        raise await _explain_dead_link(sign_ups, token)
    for sign_up in waiting:
        if await passwords.verify(password, sign_up.password_hash):
            return sign_up
    log_security_event(SecurityEvent.WRONG_PASSWORD)
    raise WrongPassword(DIFFERS_FROM_SIGN_UP)


async def confirm_sign_up(
    uows: UnitOfWorkFactory,
    tokens: AccessTokens,
    waiting: PendingSignUp,
    *,
    token: str,
    username: str | None = None,
    site_words: Iterable[str] = (),
    remember: bool = True,
    replaced_token: str | None = None,
) -> IssuedTokens:
    """Turn a registration into an account, under another username if one is given, and sign in.

    Raise LinkInvalid, AlreadyConfirmed, EmailTaken, UsernameTaken, InvalidInput: then the registration
    still waits. `site_words`: see `require_allowed_username`.
    """
    if username is not None:
        require_allowed_username(username, site_words)
    async with uows.transaction() as uow:
        # Before any row, so that registrations of one address do not wait for each other's rows.
        await lock_email(uow, waiting.email)
        sign_ups, accounts = SignUps(uow), Accounts(uow)
        if await sign_ups.get_by_id(waiting.id) is None:
            raise await _explain_dead_link(sign_ups, token)
        name = username or waiting.username
        await accounts.delete_expired_holder(email=waiting.email, username=name)
        try:
            owner = await accounts.add(
                waiting.id,
                email=waiting.email,
                language=waiting.language,
                password_hash=waiting.password_hash,
            )
            await Profiles(uow).add(owner, username=name)
        except ConstraintError as error:
            raise conflict_error(error) from None
        await sign_ups.replace_by_links(owner, waiting.email)
        await notify_waiting_sign_ups(uow, name)
        await clear_attempts(uow, owner, waiting.email)
        session = await start_session(uow, owner, remember=remember, replaced_token=replaced_token)
    return issue_tokens(tokens, session, at=uow.now)


async def notify_waiting_sign_ups(uow: UnitOfWork, username: str) -> None:
    """Tell those who wait with a username that a member has it now. Each is told once."""
    mails = Mails(uow)
    for waiting in await SignUps(uow).give_up_username(username, limit=MAX_NOTIFIED):
        await mails.add(
            "username-taken",
            to=waiting.email,
            language=waiting.language,
            sign_up_id=str(waiting.id),
        )


def conflict_error(error: ConstraintError) -> Exception:
    """Return the error of a refused row: the username or the address is taken."""
    return {
        "uq_profile_username_index": UsernameTaken(),
        "uq_account_email_index": EmailTaken(),
    }.get(error.constraint or "", error)


async def _explain_dead_link(sign_ups: SignUps, token: str) -> Exception:
    """Return why no registration waits for a link. Only who has the token is told."""
    return AlreadyConfirmed() if await sign_ups.is_confirmed(token) else LinkInvalid()
