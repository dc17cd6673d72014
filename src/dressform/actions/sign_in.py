import time

from dressform.actions.delay_refusal import delay_refusal
from dressform.actions.issue_tokens import IssuedTokens, issue_tokens
from dressform.actions.start_session import start_session
from dressform.crypto.passwords import PasswordHasher
from dressform.crypto.tokens import AccessTokens
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.errors import WrongCredentials
from dressform.logging.security_events import SecurityEvent, log_security_event
from dressform.repositories.accounts import Accounts
from dressform.repositories.credentials import Credentials


async def sign_in(
    uows: UnitOfWorkFactory,
    passwords: PasswordHasher,
    tokens: AccessTokens,
    *,
    login: str,
    password: str,
    remember: bool = True,
    replaced_token: str | None = None,
) -> IssuedTokens:
    """Sign in: start a session, and record the login for retention. Raise WrongCredentials.

    It also reactivates an account in its grace period, and ends the session of `replaced_token`,
    as `start_session` says.
    """
    started = time.monotonic()
    uow = uows.read()
    found = await Accounts(uow).get_for_sign_in(login)
    # No connection is held while hashing, and an unknown login is hashed as well.
    right = await passwords.verify(password, found.password_hash if found else None)
    if found is None or not right:
        log_security_event(
            SecurityEvent.UNKNOWN_LOGIN if found is None else SecurityEvent.WRONG_PASSWORD
        )
        await delay_refusal(started)
        raise WrongCredentials
    renewed = await _rehash_if_outdated(passwords, found, password)
    async with uows.transaction() as uow:
        accounts = Accounts(uow)
        if not await accounts.record_login(found):
            log_security_event(SecurityEvent.EXPIRED_LOGIN)
            raise WrongCredentials
        if renewed is not None:
            await accounts.change(found.owner, password_hash=renewed)
        session = await start_session(
            uow, found.owner, remember=remember, replaced_token=replaced_token
        )
    return issue_tokens(tokens, session, at=uow.now)


async def _rehash_if_outdated(
    passwords: PasswordHasher, credentials: Credentials, password: str
) -> str | None:
    """Return a new hash when the present one is of a lower cost, or of the site that an account came from."""
    if not passwords.needs_rehash(credentials.password_hash):
        return None
    return await passwords.hash(password)
