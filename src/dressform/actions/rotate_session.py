from dressform.database import Units
from dressform.errors import RefreshTokenRefused
from dressform.repositories.sessions import Sessions, SignedIn


async def rotate_session(units: Units, token: str) -> SignedIn:
    """A refresh token for its successor. Raises RefreshTokenRefused, and remembers a theft."""
    async with units.writing() as unit:
        renewed = await Sessions(unit).rotate(token)
    if renewed is not None:
        return renewed
    # Its own transaction: the refusal must not undo the ending.
    async with units.writing() as unit:
        stolen = await Sessions(unit).end_if_stolen(token)
    raise RefreshTokenRefused(
        "This token was used before: the session was ended to be safe. Sign in again."
        if stolen
        else None
    )
