import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

from dressform.actions.clear_attempts import clear_attempts
from dressform.actions.delay_refusal import delay_refusal
from dressform.actions.issue_tokens import IssuedTokens, issue_tokens
from dressform.actions.queue_mail import queue_mail
from dressform.actions.start_session import start_session
from dressform.crypto.secrets import token_hash
from dressform.crypto.sign_in_codes import is_same_code, new_request_token, read_request_time
from dressform.crypto.tokens import AccessTokens
from dressform.db.unit_of_work import UnitOfWork, UnitOfWorkFactory
from dressform.errors import LinkInvalid, WrongCode
from dressform.logging.security_events import SecurityEvent, log_security_event
from dressform.repositories.accounts import Accounts
from dressform.repositories.one_time_tokens import OneTimeTokens, RedeemedToken, TokenPurpose
from dressform.repositories.owners import Owner
from dressform.repositories.session_types import IssuedSession

CODE_LIFETIME = timedelta(minutes=10)
"""A code works this long after the request for it. The link of the same mail works longer."""

_StartSession = Callable[[UnitOfWork, Owner], Awaitable[IssuedSession]]


async def request_sign_in_mail(uows: UnitOfWorkFactory, email: str, *, may_mail: bool) -> str:
    """Queue a mail with a link and a code, if one may be sent.

    Return the token without which the code is no use, and which looks the same without a mail.
    """
    token = new_request_token(uows.clock())
    if may_mail:
        await queue_mail(uows, "sign-in", to=email, request_hash=token_hash(token).hex())
    return token


async def sign_in_by_link(
    uows: UnitOfWorkFactory,
    tokens: AccessTokens,
    *,
    token: str,
    remember: bool = True,
    replaced_token: str | None = None,
) -> IssuedTokens:
    """Sign in with the token of a mailed link, as with a password. Raise LinkInvalid.

    `remember` and `replaced_token` are those of `start_session`.
    """
    start = partial(start_session, remember=remember, replaced_token=replaced_token)
    issued = await _redeem(uows, tokens, token_hash(token), start)
    if issued is None:
        log_security_event(SecurityEvent.REFUSED_SIGN_IN_MAIL, "link")
        raise LinkInvalid
    return issued


async def sign_in_by_code(
    uows: UnitOfWorkFactory,
    tokens: AccessTokens,
    *,
    request_token: str,
    code: str,
    remember: bool = True,
    replaced_token: str | None = None,
) -> IssuedTokens:
    """Sign in with a mailed code and the token of its request. Raise WrongCode."""
    started = time.monotonic()
    start = partial(start_session, remember=remember, replaced_token=replaced_token)
    hashed = await _check_code(uows, request_token, code)
    issued = None if hashed is None else await _redeem(uows, tokens, hashed, start)
    if issued is None:
        log_security_event(SecurityEvent.REFUSED_SIGN_IN_MAIL, "code")
        await delay_refusal(started)
        raise WrongCode
    return issued


async def _check_code(uows: UnitOfWorkFactory, request_token: str, code: str) -> bytes | None:
    """Return the hash of the link beside a code, or None if it is not the right code."""
    if uows.clock() - read_request_time(request_token) >= CODE_LIFETIME:
        return None
    # Committed before the code is compared, so that a try counts whatever happens next.
    async with uows.transaction() as uow:
        hashed = await OneTimeTokens(uow).count_try(token_hash(request_token))
    if hashed is None:
        return None
    found = await OneTimeTokens(uows.read()).peek_hash(hashed, TokenPurpose.SIGN_IN)
    return hashed if found is not None and is_same_code(code, found.code) else None


async def _redeem(
    uows: UnitOfWorkFactory, tokens: AccessTokens, hashed: bytes, start: _StartSession
) -> IssuedTokens | None:
    """Use up a link and its code, start a session, and record the login for retention."""
    async with uows.transaction() as uow:
        redeemed = await OneTimeTokens(uow).redeem_hash(hashed, TokenPurpose.SIGN_IN)
        if redeemed is None or not await _record_login(uow, redeemed):
            return None
        session = await start(uow, redeemed.owner)
        await clear_attempts(uow, redeemed.owner, redeemed.email)
    return issue_tokens(tokens, session, at=uow.now)


async def _record_login(uow: UnitOfWork, redeemed: RedeemedToken) -> bool:
    """Record the login. Return False when the address has another account by now, or none."""
    accounts = Accounts(uow)
    account = await accounts.get_for_sign_in(redeemed.email)
    if account is None or account.owner.account_id != redeemed.owner.account_id:
        return False
    return await accounts.record_login(account)
