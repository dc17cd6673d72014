from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from dressform.crypto.secrets import new_version
from dressform.database import Unit
from dressform.errors import NotFound
from dressform.journal.entries import Deletion, Kind
from dressform.repositories.owners import Owner
from dressform.tables import Account, Avatar, Model, Picture


@dataclass(frozen=True, slots=True)
class StoredPicture:
    webp: bytes
    version: int


class Pictures:
    """The one picture of a profile."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    async def of(self, owner: Owner) -> StoredPicture:
        """Raises NotFound when there is none."""
        query = (
            select(Picture.version, Picture.sealed)
            .join(Account, Account.id == Picture.account_id)
            .where(Picture.account_id == owner.account_id, Account.ends_at > self._unit.at)
        )
        row = (await self._unit.connection.execute(query)).one_or_none()
        if row is None:
            raise NotFound
        webp = owner.key.open_bytes(row.sealed, "picture", owner.account_id, row.version)
        return StoredPicture(webp, row.version)

    async def put(self, owner: Owner, webp: bytes) -> None:
        version = new_version()
        changed = {
            "version": version,
            "sealed": owner.key.seal_bytes(webp, "picture", owner.account_id, version),
        }
        await self._unit.connection.execute(
            insert(Picture)
            .values(account_id=owner.account_id, **changed)
            .on_conflict_do_update(index_elements=["account_id"], set_=changed)
        )

    async def remove(self, owner: Owner) -> None:
        """Raises NotFound when there was none."""
        version = await self._unit.connection.scalar(
            delete(Picture).where(Picture.account_id == owner.account_id).returning(Picture.version)
        )
        if version is None:
            raise NotFound
        self._unit.deletions.append(Deletion(Kind.PICTURE, owner.account_id, version))


class Avatars:
    """The pictures by which an owner tells models apart."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    async def of(self, owner: Owner, model_id: UUID) -> StoredPicture:
        """Raises NotFound when there is none, or no such model of the owner."""
        query = (
            select(Avatar.version, Avatar.sealed)
            .join(Model, Model.id == Avatar.model_id)
            .join(Account, Account.id == Model.account_id)
            .where(Avatar.model_id == model_id, Model.account_id == owner.account_id)
            .where(Account.models_end_at > self._unit.at)
        )
        row = (await self._unit.connection.execute(query)).one_or_none()
        if row is None:
            raise NotFound
        webp = owner.key.open_bytes(row.sealed, "avatar", model_id, row.version)
        return StoredPicture(webp, row.version)

    async def put(self, owner: Owner, model_id: UUID, webp: bytes) -> None:
        """The model must be known to be the owner's."""
        version = new_version()
        changed = {
            "version": version,
            "sealed": owner.key.seal_bytes(webp, "avatar", model_id, version),
        }
        await self._unit.connection.execute(
            insert(Avatar)
            .values(model_id=model_id, **changed)
            .on_conflict_do_update(index_elements=["model_id"], set_=changed)
        )

    async def remove(self, owner: Owner, model_id: UUID) -> None:
        """Raises NotFound when there was none, or no such model of the owner."""
        own = select(Model.id).where(Model.id == model_id, Model.account_id == owner.account_id)
        version = await self._unit.connection.scalar(
            delete(Avatar).where(Avatar.model_id.in_(own)).returning(Avatar.version)
        )
        if version is None:
            raise NotFound
        self._unit.deletions.append(Deletion(Kind.AVATAR, model_id, version))
