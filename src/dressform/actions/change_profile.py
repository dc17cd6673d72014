from typing import Any

from dressform.actions.confirm_sign_up import conflict_error, notify_waiting_sign_ups
from dressform.db.errors import ConstraintError
from dressform.db.unit_of_work import UnitOfWork
from dressform.errors import UsernameTaken
from dressform.repositories.accounts import Accounts
from dressform.repositories.owners import Member
from dressform.repositories.profiles import Profiles
from dressform.repositories.sign_ups import SignUps


async def change_profile(uow: UnitOfWork, member: Member, changes: dict[str, Any]) -> None:
    """Merge: None removes. `changes` may hold username, bio, social_accounts, language and unit.

    Raises UsernameTaken, InvalidInput for too many social accounts.
    """
    profiles = Profiles(uow)
    of_account = {key: changes.pop(key) for key in ("language", "unit") if key in changes}
    if of_account:
        await Accounts(uow).change(member, **of_account)
    if "username" in changes:
        await _check_username_free(uow, (await profiles.get(member)).username, changes["username"])
    try:
        await profiles.change(member, changes)
    except ConstraintError as error:
        raise conflict_error(error) from None
    if "username" in changes:
        await notify_waiting_sign_ups(uow, changes["username"])


async def _check_username_free(uow: UnitOfWork, present: str, wanted: str) -> None:
    if wanted.casefold() == present.casefold():
        return
    if not await SignUps(uow).is_username_free(wanted):
        raise UsernameTaken
