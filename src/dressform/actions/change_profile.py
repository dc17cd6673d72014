from collections.abc import Callable, Iterable
from typing import Any

from dressform.actions.check_username import require_allowed_username
from dressform.actions.confirm_sign_up import conflict_error, notify_waiting_sign_ups
from dressform.db.errors import ConstraintError
from dressform.db.unit_of_work import UnitOfWork
from dressform.errors import UsernameTaken
from dressform.repositories.accounts import Accounts
from dressform.repositories.credentials import Credentials
from dressform.repositories.locked_profiles import get_locked_profile
from dressform.repositories.owners import Member
from dressform.repositories.profiles import Profiles, PublicProfile
from dressform.repositories.unique_hashes import is_username_taken

ProfileCheck = Callable[[PublicProfile, Credentials], None]
"""A condition on a profile that is going to be changed. It raises where it is not met."""


async def change_profile(
    uow: UnitOfWork,
    member: Member,
    changes: dict[str, Any],
    *,
    site_words: Iterable[str],
    check: ProfileCheck | None = None,
) -> None:
    """Merge: None removes. `changes` may hold username, bio, social_accounts, language and unit.

    `check` is called with what is stored, locked until the transaction ends. Raises UsernameTaken, InvalidInput for too many social accounts and for a reserved username.
    """
    if check:
        check(*await get_locked_profile(uow, member))
    profiles = Profiles(uow)
    of_account = {key: changes.pop(key) for key in ("language", "unit") if key in changes}
    if of_account:
        await Accounts(uow).change(member, **of_account)
    if "username" in changes:
        await _check_username(uow, member, changes["username"], site_words)
    try:
        await profiles.change(member, changes)
    except ConstraintError as error:
        raise conflict_error(error) from None
    if "username" in changes:
        await notify_waiting_sign_ups(uow, changes["username"])


async def _check_username(
    uow: UnitOfWork, member: Member, wanted: str, site_words: Iterable[str]
) -> None:
    present = (await Profiles(uow).get(member)).username
    if wanted.casefold() == present.casefold():
        return
    require_allowed_username(wanted, site_words)
    if await is_username_taken(uow, wanted, member.account_id):
        raise UsernameTaken
