"""Pictures and avatars that are read by a short-lived address, without a signed-in member."""

from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select

from dressform.crypto.picture_addresses import LIFETIME, PictureAddress, PictureKind
from dressform.crypto.sealing import WrappedKey
from dressform.db.statements import Row, Statement
from dressform.db.tables import Account, AccountKey, Avatar, Model, Picture, Profile
from dressform.db.unit_of_work import UnitOfWork
from dressform.errors import NotFound
from dressform.repositories.account_statements import HAS_USERNAME_HASH
from dressform.repositories.owners import Owner
from dressform.repositories.pictures import StoredPicture, decrypt_avatar, decrypt_picture

_VERSION_BY_USERNAME = Statement(
    select(Picture.account_id, Picture.version)
    .join(Profile, Profile.account_id == Picture.account_id)
    .join(Account, Account.id == Picture.account_id)
    .where(HAS_USERNAME_HASH)
    .where(Account.expires_at > bindparam("at"), Account.restricted_at.is_(None))
)
_PICTURE = Statement(
    select(
        Picture.version,
        Picture.sealed,
        Account.restricted_at,
        AccountKey.key_id,
        AccountKey.wrapped_key,
    )
    .join(Account, Account.id == Picture.account_id)
    .join(AccountKey, AccountKey.account_id == Picture.account_id)
    .where(Picture.account_id == bindparam("account_id"), Picture.version == bindparam("version"))
    .where(Account.expires_at > bindparam("at"))
)
_AVATAR = Statement(
    select(
        Avatar.version,
        Avatar.sealed,
        AccountKey.key_id,
        AccountKey.wrapped_key,
    )
    .join(Model, Model.id == Avatar.model_id)
    .join(Account, Account.id == Model.account_id)
    .join(AccountKey, AccountKey.account_id == Model.account_id)
    .where(Avatar.model_id == bindparam("model_id"), Avatar.version == bindparam("version"))
    .where(Model.account_id == bindparam("account_id"))
    .where(Account.models_expire_at > bindparam("at"))
)


class AddressedPictures:
    """The pictures for which addresses are made, and which are read by them."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._key = uow.keyrings.index.derive_key("picture-address")

    def create_own(self, viewer: Owner, row: Row | None) -> tuple[str, PictureAddress]:
        """Return an address of the viewer's own picture. Raise NotFound when there is none."""
        return self._create(PictureKind.OWN, viewer, viewer.account_id, viewer.account_id, row)

    def create_of_avatar(
        self, viewer: Owner, model_id: UUID, row: Row | None
    ) -> tuple[str, PictureAddress]:
        """Return an address of the avatar of an own model. Raise NotFound when there is none."""
        return self._create(PictureKind.AVATAR, viewer, viewer.account_id, model_id, row)

    async def create_by_username(self, viewer: Owner, username: str) -> tuple[str, PictureAddress]:
        """Return an address of a member's picture.

        Raise NotFound when there is none, and when the member is restricted.
        """
        params = {
            "username_hashes": self._uow.keyrings.index.list_username_hashes(username),
            "at": self._uow.now,
        }
        row = await self._uow.connection.fetch_one_or_none(_VERSION_BY_USERNAME, params)
        if row is None:
            raise NotFound
        return self._create(PictureKind.PROFILE, viewer, row.account_id, row.account_id, row)

    def open(self, token: str) -> PictureAddress:
        """Return the address of a token. Raise NotFound for one that is not valid, or has expired."""
        address = PictureAddress.open(token, self._key, at=self._uow.now)
        if address is None:
            raise NotFound
        return address

    async def get(self, address: PictureAddress) -> StoredPicture:
        """Return the picture of an address.

        Raise NotFound when it was replaced or deleted, and when the member was restricted since.
        """
        params: dict[str, Any] = {
            "account_id": address.account_id,
            "version": address.version,
            "at": self._uow.now,
        }
        if address.kind is PictureKind.AVATAR:
            row = await self._fetch(_AVATAR, params | {"model_id": address.row_id})
            return decrypt_avatar(row, self._unwrap(row, address), address.row_id)
        row = await self._fetch(_PICTURE, params)
        if address.kind is PictureKind.PROFILE and row.restricted_at is not None:
            raise NotFound
        return decrypt_picture(row, self._unwrap(row, address))

    def _create(
        self,
        kind: PictureKind,
        viewer: Owner,
        account_id: UUID,
        row_id: UUID,
        row: Row | None,
    ) -> tuple[str, PictureAddress]:
        if row is None or row.version is None:
            raise NotFound
        expires_at = self._uow.now.replace(microsecond=0) + LIFETIME
        address = PictureAddress(
            kind, viewer.account_id, account_id, row_id, row.version, expires_at
        )
        return address.seal(self._key), address

    async def _fetch(self, statement: Statement, params: dict[str, Any]) -> Row:
        row = await self._uow.connection.fetch_one_or_none(statement, params)
        if row is None:
            raise NotFound
        return row

    def _unwrap(self, row: Row, address: PictureAddress) -> Owner:
        wrapped = WrappedKey(row.key_id, row.wrapped_key)
        key = self._uow.keyrings.master.unwrap(wrapped, address.account_id)
        return Owner(address.account_id, key)
