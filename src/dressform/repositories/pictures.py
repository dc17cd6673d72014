from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from dressform.crypto.sealing import WrappedKey
from dressform.crypto.secrets import new_version
from dressform.db.statements import Row, Statement
from dressform.db.tables import Account, AccountKey, Avatar, Model, Picture, Profile
from dressform.db.unit_of_work import UnitOfWork
from dressform.errors import NotFound
from dressform.journal.entries import Deletion, DeletionKind
from dressform.repositories.members import with_member
from dressform.repositories.owners import Owner


@dataclass(frozen=True, slots=True)
class StoredPicture:
    webp: bytes
    version: int


def _upsert(table: Any, key: str) -> Statement:
    added = insert(table)
    changed = {name: added.excluded[name] for name in ("version", "sealed")}
    return Statement(
        added.on_conflict_do_update(index_elements=[key], set_=changed), key, "version", "sealed"
    )


_PICTURE = (
    select(Picture.version, Picture.sealed)
    .join(Account, Account.id == Picture.account_id)
    .where(Picture.account_id == bindparam("account_id"), Account.ends_at > bindparam("at"))
)
_READ_PICTURE = Statement(_PICTURE)
MEMBER_AND_PICTURE = with_member(_PICTURE)
_PICTURE_BY_USERNAME = Statement(
    select(
        Picture.account_id,
        Picture.version,
        Picture.sealed,
        AccountKey.key_id,
        AccountKey.wrapped_key,
    )
    .join(Profile, Profile.account_id == Picture.account_id)
    .join(Account, Account.id == Picture.account_id)
    .join(AccountKey, AccountKey.account_id == Picture.account_id)
    .where(Profile.username_index == bindparam("username_index"))
    .where(Account.ends_at > bindparam("at"), Account.restricted_at.is_(None))
)
_PUT_PICTURE = _upsert(Picture, "account_id")
_REMOVE_PICTURE = Statement(
    delete(Picture).where(Picture.account_id == bindparam("account_id")).returning(Picture.version)
)

_AVATAR = (
    select(Avatar.version, Avatar.sealed)
    .join(Model, Model.id == Avatar.model_id)
    .join(Account, Account.id == Model.account_id)
    .where(
        Avatar.model_id == bindparam("model_id"),
        Model.account_id == bindparam("account_id"),
        Account.models_end_at > bindparam("at"),
    )
)
_READ_AVATAR = Statement(_AVATAR)
MEMBER_AND_AVATAR = with_member(_AVATAR)
_PUT_AVATAR = _upsert(Avatar, "model_id")
_REMOVE_AVATAR = Statement(
    delete(Avatar)
    .where(
        Avatar.model_id.in_(
            select(Model.id).where(
                Model.id == bindparam("model_id"), Model.account_id == bindparam("account_id")
            )
        )
    )
    .returning(Avatar.version)
)


class ProfilePictures:
    """The one picture of a profile."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    async def get(self, owner: Owner) -> StoredPicture:
        """Raises NotFound when there is none."""
        asked = {"account_id": owner.account_id, "at": self._uow.now}
        row = await self._uow.connection.fetch_one_or_none(_READ_PICTURE, asked)
        return decrypt_picture(row, owner)

    async def get_by_username(self, username: str) -> StoredPicture:
        """Raises NotFound when there is none, for a member who is restricted too."""
        index = self._uow.keyrings.index.hash_username(username)
        asked = {"username_index": index, "at": self._uow.now}
        row = await self._uow.connection.fetch_one_or_none(_PICTURE_BY_USERNAME, asked)
        if row is None:
            raise NotFound
        wrapped = WrappedKey(row.key_id, row.wrapped_key)
        key = self._uow.keyrings.master.unwrap(wrapped, row.account_id)
        return decrypt_picture(row, Owner(row.account_id, key))

    async def put(self, owner: Owner, webp: bytes) -> None:
        version = new_version()
        sealed = owner.key.seal_bytes(webp, "picture", owner.account_id, version)
        await self._uow.connection.execute(
            _PUT_PICTURE, {"account_id": owner.account_id, "version": version, "sealed": sealed}
        )

    async def remove(self, owner: Owner) -> None:
        """Raises NotFound when there was none."""
        version = await self._uow.connection.scalar(
            _REMOVE_PICTURE, {"account_id": owner.account_id}
        )
        if version is None:
            raise NotFound
        self._uow.deletions.append(Deletion(DeletionKind.PICTURE, owner.account_id, version))


class Avatars:
    """The pictures by which an owner tells models apart."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    async def get(self, owner: Owner, model_id: UUID) -> StoredPicture:
        """Raises NotFound when there is none, or no such model of the owner."""
        asked = {"account_id": owner.account_id, "model_id": model_id, "at": self._uow.now}
        row = await self._uow.connection.fetch_one_or_none(_READ_AVATAR, asked)
        return decrypt_avatar(row, owner, model_id)

    async def put(self, owner: Owner, model_id: UUID, webp: bytes) -> None:
        """The model must be known to be the owner's."""
        version = new_version()
        sealed = owner.key.seal_bytes(webp, "avatar", model_id, version)
        await self._uow.connection.execute(
            _PUT_AVATAR, {"model_id": model_id, "version": version, "sealed": sealed}
        )

    async def remove(self, owner: Owner, model_id: UUID) -> None:
        """Raises NotFound when there was none, or no such model of the owner."""
        version = await self._uow.connection.scalar(
            _REMOVE_AVATAR, {"model_id": model_id, "account_id": owner.account_id}
        )
        if version is None:
            raise NotFound
        self._uow.deletions.append(Deletion(DeletionKind.AVATAR, model_id, version))


def decrypt_picture(row: Row | None, owner: Owner) -> StoredPicture:
    """Raises NotFound when there is none."""
    return _decrypt(row, owner, "picture", owner.account_id)


def decrypt_avatar(row: Row | None, owner: Owner, model_id: UUID) -> StoredPicture:
    """Raises NotFound when there is none."""
    return _decrypt(row, owner, "avatar", model_id)


def _decrypt(row: Row | None, owner: Owner, table: str, row_id: UUID) -> StoredPicture:
    if row is None or row.sealed is None:
        raise NotFound
    return StoredPicture(owner.key.open_bytes(row.sealed, table, row_id, row.version), row.version)
