from uuid import UUID

from dressform.crypto.passwords import Passwords
from dressform.database import Units
from dressform.errors import StartupError
from dressform.repositories.accounts import Accounts
from dressform.repositories.operators import Operators


async def know_operator(units: Units, passwords: Passwords, *, login: str, password: str) -> UUID:
    """The account of the operator at the keyboard. No login: it does not count for retention.

    Raises StartupError when the password is not theirs, or they operate nothing.
    """
    async with units.reading() as unit:
        found = await Accounts(unit).by_login(login)
    right = await passwords.verify(password, found.password_hash if found else None)
    if found is None or not right:
        raise StartupError("Login and password do not belong together.")
    async with units.reading() as unit:
        if not await Operators(unit).contains(found.owner.account_id):
            raise StartupError(f"{login} is no operator: see `dressform operators`.")
    return found.owner.account_id
