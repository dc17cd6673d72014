from uuid import UUID

from dressform.crypto.passwords import PasswordHasher
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.errors import StartupError
from dressform.repositories.accounts import Accounts
from dressform.repositories.operators import Operators

_WRONG_CREDENTIALS = "Login and password do not belong together."


async def authenticate_operator(
    uows: UnitOfWorkFactory, passwords: PasswordHasher, *, login: str, password: str
) -> UUID:
    """Return the account of the operator at the keyboard. The password counts as a login.

    Raise StartupError when the password is wrong, or when the account is no operator.
    """
    uow = uows.read()
    found = await Accounts(uow).get_for_sign_in(login)
    right = await passwords.verify(password, found.password_hash if found else None)
    if found is None or not right:
        raise StartupError(_WRONG_CREDENTIALS)
    # A transaction of its own: the login counts even when the account is no operator.
    async with uows.transaction() as uow:
        if not await Accounts(uow).record_login(found):
            raise StartupError(_WRONG_CREDENTIALS)
    uow = uows.read()
    if not await Operators(uow).contains(found.owner.account_id):
        raise StartupError(f"{login} is no operator: see `dressform operators`.")
    return found.owner.account_id
