from uuid import UUID

from dressform.actions.check_password import check_password
from dressform.actions.clear_attempts import clear_attempts
from dressform.actions.register import require_strong_password
from dressform.crypto.passwords import PasswordHasher
from dressform.db.unit_of_work import UnitOfWork, UnitOfWorkFactory
from dressform.errors import LinkInvalid, WrongPassword
from dressform.repositories.accounts import Accounts
from dressform.repositories.credentials import Credentials
from dressform.repositories.mails import Mails
from dressform.repositories.one_time_tokens import OneTimeTokens, RedeemedToken, TokenPurpose
from dressform.repositories.owners import Member, Owner
from dressform.repositories.profiles import Profiles
from dressform.repositories.sessions import Sessions


async def change_password(
    uows: UnitOfWorkFactory, passwords: PasswordHasher, member: Member, *, current: str, new: str
) -> None:
    """Change the password and delete every other session. Raise WrongPassword, WeakPassword."""
    credentials = await check_password(uows, passwords, member, current)
    uow = uows.read()
    username = (await Profiles(uow).get(member)).username
    await require_strong_password(
        new,
        username=username,
        email=credentials.email,
        rules=passwords.rules,
        pointer="#/new_password",
    )
    fresh = await passwords.hash(new)
    async with uows.transaction() as uow:
        before = await _set_password(uow, member, fresh)
        # A concurrent change makes the password checked above outdated.
        if before.password_hash != credentials.password_hash:
            raise WrongPassword
        await Sessions(uow).delete_all(member, except_id=member.session_id)


async def reset_password(
    uows: UnitOfWorkFactory, passwords: PasswordHasher, *, token: str, new: str
) -> UUID:
    """Set a password by a mailed link and delete every session. Return the id of the account.

    Raise LinkInvalid, WeakPassword.
    """
    uow = uows.read()
    looked_at = _require_valid(await OneTimeTokens(uow).peek(token, TokenPurpose.PASSWORD_RESET))
    username = (await Profiles(uow).get(looked_at.owner)).username
    # Before the token is used up, so that a refused password can be corrected.
    await require_strong_password(
        new,
        username=username,
        email=looked_at.email,
        rules=passwords.rules,
        pointer="#/new_password",
    )
    fresh = await passwords.hash(new)
    async with uows.transaction() as uow:
        owner = _require_valid(
            await OneTimeTokens(uow).redeem(token, TokenPurpose.PASSWORD_RESET)
        ).owner
        await _set_password(uow, owner, fresh)
        await Sessions(uow).delete_all(owner)
    return owner.account_id


def _require_valid(redeemed: RedeemedToken | None) -> RedeemedToken:
    """Return the redeemed token. Raise LinkInvalid for None."""
    if redeemed is None:
        raise LinkInvalid
    return redeemed


async def _set_password(uow: UnitOfWork, owner: Owner, password_hash: str) -> Credentials:
    """Set the password hash. Return the previous credentials."""
    account = await Accounts(uow).change(owner, password_hash=password_hash)
    await OneTimeTokens(uow).delete_all(owner)
    await Mails(uow).add(
        "password-changed", to=account.email, language=account.language, owner_id=owner.account_id
    )
    await clear_attempts(uow, owner, account.email)
    return account
