from uuid import UUID

from dressform.crypto.passwords import Passwords
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.errors import StartupError
from dressform.repositories.accounts import Accounts
from dressform.repositories.operators import Operators

_REFUSED = "Login and password do not belong together."


async def know_operator(
    units: UnitOfWorkFactory, passwords: Passwords, *, login: str, password: str
) -> UUID:
    """Return the account of the operator at the keyboard, whose password counts as a login.

    Raises StartupError when the password is not theirs, or they operate nothing.
    """
    unit = units.read()
    found = await Accounts(unit).find_for_sign_in(login)
    right = await passwords.verify(password, found.password_hash if found else None)
    if found is None or not right:
        raise StartupError(_REFUSED)
    # Its own transaction: a proved password counts even when its owner operates nothing.
    async with units.writing() as unit:
        if not await Accounts(unit).logged_in(found):
            raise StartupError(_REFUSED)
    unit = units.read()
    if not await Operators(unit).contains(found.owner.account_id):
        raise StartupError(f"{login} is no operator: see `dressform operators`.")
    return found.owner.account_id
