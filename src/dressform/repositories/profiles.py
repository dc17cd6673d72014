"""The profiles of members."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, exists, insert, select, update

from dressform.crypto.sealing import DataKey, WrappedKey
from dressform.crypto.secrets import new_version
from dressform.db.statements import Row, Statement
from dressform.db.tables import Account, AccountKey, Picture, Profile
from dressform.db.unit_of_work import UnitOfWork
from dressform.errors import FieldError, InvalidInput, NotFound, Unauthenticated
from dressform.repositories.account_statements import HAS_USERNAME_HASH
from dressform.repositories.credentials import ACCOUNT_COLUMNS, Credentials, decrypt_credentials
from dressform.repositories.former_usernames import FormerUsernames
from dressform.repositories.members import member_with_columns
from dressform.repositories.owners import Owner
from dressform.repositories.unique_hashes import check_username_is_free
from dressform.usernames.skeleton import compute_skeleton

MAX_SOCIAL_ACCOUNTS = 20
"""The social media accounts that a profile can have."""


@dataclass(frozen=True, slots=True)
class PublicProfile:
    """The part of a member's account that other members may see."""

    username: str
    bio: str | None
    social_accounts: dict[str, str]
    has_picture: bool


_HAS_PICTURE = exists().where(Picture.account_id == Profile.account_id).label("has_picture")
_PROFILE = select(
    Profile.account_id,
    Profile.version,
    Profile.sealed,
    _HAS_PICTURE,
).join(Account, Account.id == Profile.account_id)
_OWN = _PROFILE.where(
    Profile.account_id == bindparam("account_id"), Account.expires_at > bindparam("at")
)
_OWN_TO_READ = Statement(_OWN)
MEMBER_AND_PROFILE = Statement(
    member_with_columns(
        *ACCOUNT_COLUMNS,
        Profile.version.label("profile_version"),
        Profile.sealed.label("profile_sealed"),
        _HAS_PICTURE,
    ).join(Profile, Profile.account_id == Account.id)
)
_OWN_TO_CHANGE = Statement(_OWN.with_for_update(of=Profile))
_BY_USERNAME = Statement(
    _PROFILE.add_columns(AccountKey.key_id, AccountKey.wrapped_key)
    .join(AccountKey, AccountKey.account_id == Profile.account_id)
    .where(HAS_USERNAME_HASH)
    .where(Account.expires_at > bindparam("at"), Account.restricted_at.is_(None))
)
_ADD = Statement(
    insert(Profile), "account_id", "username_index", "skeleton_index", "version", "sealed"
)
_CHANGE = Statement(
    update(Profile).where(Profile.account_id == bindparam("id")),
    "version",
    "username_index",
    "skeleton_index",
    "sealed",
)


class Profiles:
    """The profiles of members, one per account."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._index = uow.keyrings.index

    async def add(
        self,
        owner: Owner,
        *,
        username: str,
        bio: str | None = None,
        social_accounts: Mapping[str, str] | None = None,
    ) -> None:
        """Add a profile. Raise ConstraintError when the username is taken."""
        await check_username_is_free(self._uow, username, owner.account_id)
        payload = {"username": username, "bio": bio, "social_accounts": dict(social_accounts or {})}
        version = new_version()
        await self._uow.connection.execute(
            _ADD,
            {
                "account_id": owner.account_id,
                "username_index": self._index.hash_username(username),
                "skeleton_index": self._index.hash_skeleton(username),
                "version": version,
                "sealed": owner.key.seal(payload, "profile", owner.account_id, version),
            },
        )

    async def get(self, owner: Owner) -> PublicProfile:
        """Return the owner's profile. Raise Unauthenticated when the account has expired."""
        row = await self._fetch_row(owner, _OWN_TO_READ)
        return PublicProfile(
            **_decrypt(row, owner.key),
            has_picture=row.has_picture,
        )

    async def get_by_username(self, username: str) -> tuple[Owner, PublicProfile]:
        """Return a member as others see them. Raise NotFound, also for a restricted one."""
        row = await self._uow.connection.fetch_one_or_none(
            _BY_USERNAME,
            {
                "username_hashes": self._index.list_username_hashes(username),
                "at": self._uow.now,
            },
        )
        if row is None:
            raise NotFound
        wrapped = WrappedKey(row.key_id, row.wrapped_key)
        owner = Owner(row.account_id, self._uow.keyrings.master.unwrap(wrapped, row.account_id))
        return owner, PublicProfile(**_decrypt(row, owner.key), has_picture=row.has_picture)

    async def change(self, owner: Owner, changes: dict[str, Any]) -> None:
        """Merge changes: username, bio, social_accounts (None removes one of them, or all).

        Raise InvalidInput for too many accounts, and ConstraintError when the username is taken.
        """
        row = await self._fetch_row(owner, _OWN_TO_CHANGE)
        present = _decrypt(row, owner.key)
        payload = present | changes
        if payload["username"].casefold() != present["username"].casefold():
            await self._rename(owner, present["username"], payload["username"])
        if "social_accounts" in changes:
            payload["social_accounts"] = _merge_social_accounts(
                present["social_accounts"], changes["social_accounts"]
            )
        version = new_version()
        await self._uow.connection.execute(
            _CHANGE,
            {
                "id": owner.account_id,
                "version": version,
                "username_index": self._index.hash_username(payload["username"]),
                "skeleton_index": self._index.hash_skeleton(payload["username"]),
                "sealed": owner.key.seal(payload, "profile", owner.account_id, version),
            },
        )

    async def _rename(self, owner: Owner, present: str, wanted: str) -> None:
        """Hold the name that is given up, unless the new one looks like it."""
        await check_username_is_free(self._uow, wanted, owner.account_id)
        former = FormerUsernames(self._uow)
        await former.release(wanted, owner.account_id)
        if compute_skeleton(present) != compute_skeleton(wanted):
            await former.hold(present, owner.account_id)

    async def _fetch_row(self, owner: Owner, query: Statement) -> Row:
        row: Row | None = await self._uow.connection.fetch_one_or_none(
            query, {"account_id": owner.account_id, "at": self._uow.now}
        )
        if row is None:
            raise Unauthenticated
        return row


def decrypt_own_profile(row: Row, owner: Owner) -> tuple[PublicProfile, Credentials]:
    """Decrypt the profile and the credentials of a row of MEMBER_AND_PROFILE."""
    profile = owner.key.open(row.profile_sealed, "profile", row.id, row.profile_version)
    return PublicProfile(**profile, has_picture=row.has_picture), decrypt_credentials(row, owner)


def _merge_social_accounts(
    present: dict[str, str], changes: dict[str, str | None] | None
) -> dict[str, str]:
    """Merge as JSON Merge Patch (RFC 7396) does: None for all of them removes all."""
    both = {} if changes is None else {**present, **changes}
    kept = {network: name for network, name in both.items() if name is not None}
    if len(kept) > MAX_SOCIAL_ACCOUNTS:
        raise InvalidInput(
            FieldError("#/social_accounts", f"must be at most {MAX_SOCIAL_ACCOUNTS} in all")
        )
    return kept


def _decrypt(row: Row, key: DataKey) -> dict[str, Any]:
    opened: dict[str, Any] = key.open(row.sealed, "profile", row.account_id, row.version)
    return opened
