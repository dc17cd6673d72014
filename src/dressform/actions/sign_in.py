from dressform.crypto.passwords import Passwords
from dressform.database import Units
from dressform.errors import WrongCredentials
from dressform.repositories.accounts import Accounts, Credentials
from dressform.repositories.sessions import Sessions, SignedIn


async def sign_in(units: Units, passwords: Passwords, *, login: str, password: str) -> SignedIn:
    """A login: it starts a session and counts for retention. Raises WrongCredentials."""
    async with units.reading() as unit:
        found = await Accounts(unit).by_login(login)
    # No connection is held while hashing, and an unknown login takes as long as a known one.
    right = await passwords.verify(password, found.password_hash if found else None)
    if found is None or not right:
        raise WrongCredentials
    async with units.writing() as unit:
        if not await Accounts(unit).logged_in(found):
            raise WrongCredentials
        signed_in = await Sessions(unit).add(found.owner)
    await _renew_hash(units, passwords, found, password)
    return signed_in


async def _renew_hash(
    units: Units, passwords: Passwords, credentials: Credentials, password: str
) -> None:
    """When the cost of a hash was raised since it was made."""
    if not passwords.needs_rehash(credentials.password_hash):
        return
    fresh = await passwords.hash(password)
    async with units.writing() as unit:
        await Accounts(unit).change(credentials.owner, password_hash=fresh)
