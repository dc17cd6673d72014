from dressform.actions.issue_tokens import IssuedTokens, issue_tokens
from dressform.crypto.tokens import AccessTokens
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.errors import RefreshTokenRefused
from dressform.logging.security_events import SecurityEvent, log_security_event
from dressform.repositories.mails import Mails
from dressform.repositories.refreshed_sessions import EndedSession, RefreshedSessions, SessionEnd


async def rotate_session(uows: UnitOfWorkFactory, tokens: AccessTokens, token: str) -> IssuedTokens:
    """Trade a refresh token for its successor. Raise RefreshTokenRefused.

    `RefreshTokens.accept` says which tokens are accepted. A replayed one ends the session, of which
    its owner is told by mail.
    """
    async with uows.transaction() as uow:
        renewed = await RefreshedSessions(uow).rotate(token)
        if isinstance(renewed, EndedSession) and renewed.reason is SessionEnd.REPLAYED:
            # Without the mail's reference to the account: its lock could wait for that of an
            # erasure, which waits for the session's.
            await Mails(uow).add(
                "session-ended", to="", language="", account_id=str(renewed.owner.account_id)
            )
    # After the transaction: a refusal inside would undo the ending.
    if isinstance(renewed, EndedSession):
        raise _refuse(renewed.reason)
    return issue_tokens(tokens, renewed, at=uow.now)


def _refuse(reason: SessionEnd) -> RefreshTokenRefused:
    if reason is SessionEnd.INACTIVE:
        return RefreshTokenRefused("The session was not used for too long. Sign in again.")
    log_security_event(SecurityEvent.REPLAYED_REFRESH_TOKEN)
    return RefreshTokenRefused(
        "This token was used before: the session was ended to be safe. Sign in again."
    )
