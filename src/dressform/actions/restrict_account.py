from dressform.actions.check_password import check_password
from dressform.crypto.passwords import PasswordHasher
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.repositories.accounts import Accounts
from dressform.repositories.owners import Member
from dressform.repositories.sessions import Sessions


async def restrict_account(
    uows: UnitOfWorkFactory,
    passwords: PasswordHasher,
    member: Member,
    *,
    password: str,
    restricted: bool,
) -> None:
    """Restrict an account (GDPR article 18), or lift the restriction.

    A restricted account is stored, but neither shown nor used. Restricting deletes every other
    session. Raise WrongPassword.
    """
    await check_password(uows, passwords, member, password)
    async with uows.transaction() as uow:
        await Accounts(uow).restrict(member, restricted=restricted)
        if restricted:
            await Sessions(uow).delete_all(member, except_id=member.session_id)
