from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.errors import RefreshTokenRefused
from dressform.repositories.sessions import IssuedSession, Sessions


async def rotate_session(uows: UnitOfWorkFactory, token: str) -> IssuedSession:
    """Trade a refresh token for its successor. Raise RefreshTokenRefused.

    The token that was used last may come again as long as its successor was not used: the answer
    that brought it got lost, or several pages asked at once. Any older one ends the session.
    """
    async with uows.transaction() as uow:
        renewed = await Sessions(uow).rotate(token)
    # After the transaction: a refusal inside would undo the ending.
    if renewed is None:
        raise RefreshTokenRefused(
            "This token was used before: the session was ended to be safe. Sign in again."
        )
    return renewed
