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
from dressform.repositories.account_statements import HAS_USERNAME_HASH
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
    .where(Picture.account_id == bindparam("account_id"), Account.expires_at > bindparam("at"))
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
    .where(HAS_USERNAME_HASH)
    .where(Account.expires_at > bindparam("at"), Account.restricted_at.is_(None))
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
        Account.models_expire_at > bindparam("at"),
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


class _StoredImages:
    """The encrypted images of one table. `name` is bound to each of them, with its row and version."""

    _name: str
    _kind: DeletionKind
    _read: Statement
    _put: Statement
    _remove: Statement

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    async def _get_image(self, owner: Owner, row_id: UUID, values: dict[str, Any]) -> StoredPicture:
        """Return the image of a row. Raise NotFound when there is none."""
        row = await self._uow.connection.fetch_one_or_none(
            self._read, values | {"at": self._uow.now}
        )
        return _decrypt(row, owner, self._name, row_id)

    async def _put_image(self, owner: Owner, row_id: UUID, key_column: str, webp: bytes) -> int:
        """Add the image of a row, or replace the one that is there. Return its version."""
        version = new_version()
        sealed = owner.key.seal_bytes(webp, self._name, row_id, version)
        await self._uow.connection.execute(
            self._put, {key_column: row_id, "version": version, "sealed": sealed}
        )
        return version

    async def _remove_image(self, row_id: UUID, values: dict[str, Any]) -> None:
        """Delete the image of a row. Raise NotFound when there is none."""
        version = await self._uow.connection.scalar(self._remove, values)
        if version is None:
            raise NotFound
        self._uow.deletions.append(Deletion(self._kind, row_id, version))


class ProfilePictures(_StoredImages):
    """The pictures of profiles: each profile has at most one."""

    _name, _kind = "picture", DeletionKind.PICTURE
    _read, _put, _remove = _READ_PICTURE, _PUT_PICTURE, _REMOVE_PICTURE

    async def get(self, owner: Owner) -> StoredPicture:
        """Return the picture of a profile. Raise NotFound when there is none."""
        return await self._get_image(owner, owner.account_id, {"account_id": owner.account_id})

    async def get_by_username(self, username: str) -> StoredPicture:
        """Return the picture of another member's profile.

        Raise NotFound when there is none, and when the member is restricted.
        """
        hashes = self._uow.keyrings.index.list_username_hashes(username)
        params = {"username_hashes": hashes, "at": self._uow.now}
        row = await self._uow.connection.fetch_one_or_none(_PICTURE_BY_USERNAME, params)
        if row is None:
            raise NotFound
        wrapped = WrappedKey(row.key_id, row.wrapped_key)
        key = self._uow.keyrings.master.unwrap(wrapped, row.account_id)
        return decrypt_picture(row, Owner(row.account_id, key))

    async def put(self, owner: Owner, webp: bytes) -> int:
        """Add the picture of a profile, or replace it. Return its version."""
        return await self._put_image(owner, owner.account_id, "account_id", webp)

    async def remove(self, owner: Owner) -> None:
        """Delete the picture of a profile. Raise NotFound when there is none."""
        await self._remove_image(owner.account_id, {"account_id": owner.account_id})


class Avatars(_StoredImages):
    """The pictures by which an owner tells models apart: each model has at most one."""

    _name, _kind = "avatar", DeletionKind.AVATAR
    _read, _put, _remove = _READ_AVATAR, _PUT_AVATAR, _REMOVE_AVATAR

    async def get(self, owner: Owner, model_id: UUID) -> StoredPicture:
        """Return the avatar of a model. Raise NotFound for none, and for another owner's model."""
        return await self._get_image(owner, model_id, _model_params(owner, model_id))

    async def put(self, owner: Owner, model_id: UUID, webp: bytes) -> int:
        """Add the avatar of a model, or replace it. Return its version.

        The caller has checked that the owner has the model.
        """
        return await self._put_image(owner, model_id, "model_id", webp)

    async def remove(self, owner: Owner, model_id: UUID) -> None:
        """Delete the avatar of a model. Raise NotFound for none, and for another owner's model."""
        await self._remove_image(model_id, _model_params(owner, model_id))


def _model_params(owner: Owner, model_id: UUID) -> dict[str, Any]:
    return {"account_id": owner.account_id, "model_id": model_id}


def decrypt_picture(row: Row | None, owner: Owner) -> StoredPicture:
    """Decrypt the picture of a row. Raise NotFound when there is none."""
    return _decrypt(row, owner, "picture", owner.account_id)


def decrypt_avatar(row: Row | None, owner: Owner, model_id: UUID) -> StoredPicture:
    """Decrypt the avatar of a row. Raise NotFound when there is none."""
    return _decrypt(row, owner, "avatar", model_id)


def _decrypt(row: Row | None, owner: Owner, table: str, row_id: UUID) -> StoredPicture:
    if row is None or row.sealed is None:
        raise NotFound
    return StoredPicture(owner.key.open_bytes(row.sealed, table, row_id, row.version), row.version)
