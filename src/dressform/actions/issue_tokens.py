from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from dressform.crypto.tokens import AccessTokens
from dressform.repositories.session_types import IssuedSession


@dataclass(frozen=True, slots=True)
class IssuedTokens:
    """The tokens of a session, how long each of them is valid, and whether the session is to be
    remembered beyond the visit.
    """

    account_id: UUID
    access_token: str
    access_token_lifetime: timedelta
    refresh_token: str
    refresh_token_lifetime: timedelta
    remembered: bool


def issue_tokens(tokens: AccessTokens, session: IssuedSession, *, at: datetime) -> IssuedTokens:
    """Sign the access token of a session that has begun or was continued."""
    return IssuedTokens(
        account_id=session.account_id,
        access_token=tokens.sign(session.account_id, session.session_id, at=at),
        access_token_lifetime=tokens.lifetime,
        refresh_token=session.refresh_token,
        refresh_token_lifetime=session.expires_at - at,
        remembered=session.remembered,
    )
