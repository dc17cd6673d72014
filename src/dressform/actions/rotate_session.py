from dressform.actions.issue_tokens import IssuedTokens, issue_tokens
from dressform.crypto.tokens import AccessTokens
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.errors import RefreshTokenRefused
from dressform.logging.security_events import SecurityEvent, log_security_event
from dressform.repositories.sessions import Sessions


async def rotate_session(uows: UnitOfWorkFactory, tokens: AccessTokens, token: str) -> IssuedTokens:
    """Trade a refresh token for its successor. Raise RefreshTokenRefused.

    The token that was used last is accepted again until its successor is used: the response may
    have been lost, or several pages may have refreshed at once. Any older token ends the session.
    """
    async with uows.transaction() as uow:
        renewed = await Sessions(uow).rotate(token)
    # After the transaction: a refusal inside would undo the ending.
    if renewed is None:
        log_security_event(SecurityEvent.REPLAYED_REFRESH_TOKEN)
        raise RefreshTokenRefused(
            "This token was used before: the session was ended to be safe. Sign in again."
        )
    return issue_tokens(tokens, renewed, at=uow.now)
