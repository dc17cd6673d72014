from dressform.actions.check_password import check_password
from dressform.crypto.passwords import PasswordHasher
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.repositories.accounts import Accounts
from dressform.repositories.mails import Mails
from dressform.repositories.owners import Member


async def erase_account(
    uows: UnitOfWorkFactory, passwords: PasswordHasher, member: Member, *, password: str
) -> None:
    """Delete an account with all its data in one transaction, and queue a confirmation.

    Raise WrongPassword.
    """
    credentials = await check_password(uows, passwords, member, password)
    async with uows.transaction() as uow:
        await Accounts(uow).delete(member)
        await Mails(uow).add("erased", to=credentials.email, language=credentials.language)
