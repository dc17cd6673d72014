from dressform.actions.check_password import check_password
from dressform.crypto.passwords import PasswordHasher
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.repositories.accounts import Accounts
from dressform.repositories.mails import Mails
from dressform.repositories.owners import Member
from dressform.repositories.sign_ups import SignUps
from dressform.repositories.unique_hashes import lock_email


async def erase_account(
    uows: UnitOfWorkFactory, passwords: PasswordHasher, member: Member, *, password: str
) -> None:
    """Delete an account with all its data in one transaction, and queue a confirmation.

    Registrations that wait for its address, and mails to it, are deleted as well. Raise WrongPassword.
    """
    credentials = await check_password(uows, passwords, member, password)
    async with uows.transaction() as uow:
        await lock_email(uow, credentials.email)
        await Accounts(uow).delete(member)
        await SignUps(uow).delete_all(credentials.email)
        mails = Mails(uow)
        await mails.delete_all(credentials.email)
        await mails.add("erased", to=credentials.email, language=credentials.language)
