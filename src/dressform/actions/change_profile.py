from typing import Any

from sqlalchemy.exc import IntegrityError

from dressform.actions.confirm_sign_up import taken
from dressform.database import Unit
from dressform.errors import UsernameTaken
from dressform.repositories.accounts import Accounts, Member
from dressform.repositories.profiles import Profiles
from dressform.repositories.sign_ups import SignUps


async def change_profile(unit: Unit, member: Member, changes: dict[str, Any]) -> None:
    """Merge: None removes. `changes` may hold username, bio, social_accounts and language.

    Raises UsernameTaken.
    """
    profiles = Profiles(unit)
    present = await profiles.of(member)
    language = changes.pop("language", None)
    if language is not None:
        await Accounts(unit).change(member, language=language)
    await _assert_free(unit, present.username, changes.get("username", present.username))
    if "social_accounts" in changes:
        changes["social_accounts"] = merged(present.social_accounts, changes["social_accounts"])
    try:
        await profiles.change(member, changes)
    except IntegrityError as error:
        raise taken(error) from None


def merged(present: dict[str, str], changes: dict[str, str | None] | None) -> dict[str, str]:
    """As JSON Merge Patch (RFC 7396) does it: null for all of it removes all of it."""
    if changes is None:
        return {}
    both = present | changes
    return {key: value for key, value in both.items() if value is not None}


async def _assert_free(unit: Unit, present: str, wanted: str) -> None:
    if wanted.casefold() == present.casefold():
        return
    if not await SignUps(unit).username_is_free(wanted):
        raise UsernameTaken
