"""The profile and the account of a member, locked until the transaction ends."""

from sqlalchemy import bindparam, select

from dressform.db.statements import Statement
from dressform.db.tables import Account, Profile
from dressform.db.unit_of_work import UnitOfWork
from dressform.errors import Unauthenticated
from dressform.repositories.credentials import ACCOUNT_COLUMNS, Credentials
from dressform.repositories.owners import Owner
from dressform.repositories.profiles import HAS_PICTURE, PublicProfile, decrypt_own_profile

_LOCKED = Statement(
    select(
        *ACCOUNT_COLUMNS,
        Profile.version.label("profile_version"),
        Profile.sealed.label("profile_sealed"),
        HAS_PICTURE,
    )
    .join(Profile, Profile.account_id == Account.id)
    .where(Account.id == bindparam("account_id"), Account.expires_at > bindparam("at"))
    .with_for_update(of=(Account, Profile))
)


async def get_locked_profile(uow: UnitOfWork, owner: Owner) -> tuple[PublicProfile, Credentials]:
    """Return what a change of the profile may touch. Raise Unauthenticated for an expired account."""
    row = await uow.connection.fetch_one_or_none(
        _LOCKED, {"account_id": owner.account_id, "at": uow.now}
    )
    if row is None:
        raise Unauthenticated
    return decrypt_own_profile(row, owner)
