from dressform.crypto.passwords import PasswordHasher
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.errors import WrongPassword
from dressform.repositories.accounts import Accounts
from dressform.repositories.credentials import Credentials
from dressform.repositories.owners import Owner


async def check_password(
    uows: UnitOfWorkFactory, passwords: PasswordHasher, owner: Owner, password: str
) -> Credentials:
    """Check the owner's password, without holding a connection. Raise WrongPassword."""
    uow = uows.read()
    credentials = await Accounts(uow).get_credentials(owner)
    if not await passwords.verify(password, credentials.password_hash):
        raise WrongPassword
    return credentials
