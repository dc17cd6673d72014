from dressform.actions.check_password import check_password
from dressform.actions.register import refuse_weak
from dressform.crypto.passwords import Passwords
from dressform.database import Unit, Units
from dressform.errors import LinkExpired
from dressform.repositories.accounts import Accounts, Member, Owner
from dressform.repositories.mails import Mails
from dressform.repositories.one_time_tokens import OneTimeTokens, Purpose
from dressform.repositories.profiles import Profiles
from dressform.repositories.sessions import Sessions


async def change_password(
    units: Units, passwords: Passwords, member: Member, *, current: str, new: str
) -> None:
    """Every other session ends. Raises WrongPassword, WeakPassword."""
    credentials = await check_password(units, passwords, member, current)
    async with units.reading() as unit:
        username = (await Profiles(unit).of(member)).username
    await refuse_weak(new, username=username, email=credentials.email, pointer="#/new_password")
    fresh = await passwords.hash(new)
    async with units.writing() as unit:
        await _set_password(unit, member, fresh)
        await Sessions(unit).end_all(member, but=member.session_id)


async def reset_password(units: Units, passwords: Passwords, *, token: str, new: str) -> None:
    """By a mailed link: every session ends. Raises LinkExpired, WeakPassword."""
    fresh = await passwords.hash(new)
    async with units.writing() as unit:
        redeemed = await OneTimeTokens(unit).redeem(token, Purpose.PASSWORD_RESET)
        if redeemed is None:
            raise LinkExpired
        profile = await Profiles(unit).of(redeemed.owner)
        # A refusal rolls back, so that the link can be used for a better password.
        await refuse_weak(
            new, username=profile.username, email=redeemed.email, pointer="#/new_password"
        )
        await _set_password(unit, redeemed.owner, fresh)
        await Sessions(unit).end_all(redeemed.owner)


async def _set_password(unit: Unit, owner: Owner, password_hash: str) -> None:
    account = await Accounts(unit).change(owner, password_hash=password_hash)
    await OneTimeTokens(unit).forget(owner)
    await Mails(unit).add(
        "password-changed", to=account.email, language=account.language, owner=owner
    )
