from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, exists, func, insert, select, update

from dressform.crypto.secrets import new_id
from dressform.database import Unit
from dressform.errors import NotFound, NotSignedIn, TooManyModels
from dressform.questions import Row
from dressform.repositories.members import who_and
from dressform.repositories.owners import Owner
from dressform.tables import Account, Avatar, Model

MOST = 100
"""Models an account can hold."""


@dataclass(frozen=True, slots=True)
class StoredModel:
    """Measurements are in millimetres, shoulderSlope in degrees."""

    id: UUID
    name: str
    breasts: bool
    measurements: dict[str, float]
    has_avatar: bool
    created_at: datetime
    updated_at: datetime


_BEFORE_ALL = UUID(int=0)

# Built once: building them costs more than answering them.
_OWNED = (
    select(
        Model.id,
        Model.version,
        Model.sealed,
        Model.created_at,
        Model.updated_at,
        exists().where(Avatar.model_id == Model.id).label("has_avatar"),
    )
    .join(Account, Account.id == Model.account_id)
    .where(Model.account_id == bindparam("account_id"))
    .where(Account.models_end_at > bindparam("at"))
)
_ONE = _OWNED.where(Model.id == bindparam("model_id"))
_ONE_LOCKED = _ONE.with_for_update(of=Model)
ONE_AND_WHO = who_and(_ONE)
_PAGE = _OWNED.where(Model.id > bindparam("after")).order_by(Model.id).limit(bindparam("most"))


class Models:
    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    async def owned_by(self, owner: Owner, model_id: UUID) -> StoredModel:
        """Raises NotFound for another's model just as for none."""
        return _opened(await self._row(owner, model_id, locked=False), owner)

    async def page(
        self, owner: Owner, *, after: UUID | None, limit: int
    ) -> tuple[list[StoredModel], UUID | None]:
        """In the order of their making, with the id to go on after when there are more."""
        asked = self._asked(owner) | {"after": after or _BEFORE_ALL, "most": limit + 1}
        rows = await self._unit.connection.execute(_PAGE, asked)
        models = [_opened(row, owner) for row in rows]
        more = models[limit - 1].id if len(models) > limit else None
        return models[:limit], more

    async def add(
        self, owner: Owner, *, name: str, breasts: bool, measurements: dict[str, float]
    ) -> StoredModel:
        """Raises TooManyModels, NotSignedIn when the account has ended meanwhile."""
        await self._make_room(owner)
        model_id = new_id()
        payload = {"name": name, "breasts": breasts, "measurements": measurements}
        await self._unit.connection.execute(
            insert(Model).values(
                id=model_id,
                account_id=owner.account_id,
                created_at=self._unit.at,
                updated_at=self._unit.at,
                version=1,
                sealed=owner.key.seal(payload, "model", model_id, 1),
            )
        )
        return StoredModel(
            model_id,
            name,
            breasts,
            measurements,
            has_avatar=False,
            created_at=self._unit.at,
            updated_at=self._unit.at,
        )

    async def change(self, owner: Owner, model_id: UUID, changes: dict[str, Any]) -> StoredModel:
        """Merge: a measurement that is None is removed, the others are set; the rest stays."""
        row = await self._row(owner, model_id, locked=True)
        payload = owner.key.open(row.sealed, "model", row.id, row.version)
        merged = payload["measurements"] | changes.get("measurements", {})
        kept = {name: value for name, value in merged.items() if value is not None}
        payload |= changes | {"measurements": kept}
        version = row.version + 1
        await self._unit.connection.execute(
            update(Model)
            .where(Model.id == model_id)
            .values(
                version=version,
                updated_at=self._unit.at,
                sealed=owner.key.seal(payload, "model", model_id, version),
            )
        )
        return await self.owned_by(owner, model_id)

    async def remove(self, owner: Owner, model_id: UUID) -> None:
        """Its avatar goes with it. Raises NotFound."""
        removed = await self._unit.connection.execute(
            delete(Model).where(Model.id == model_id, Model.account_id == owner.account_id)
        )
        if not removed.rowcount:
            raise NotFound

    async def _make_room(self, owner: Owner) -> None:
        # The account's lock makes two requests at once count one after the other.
        locked = await self._unit.connection.execute(
            select(Account.id)
            .where(Account.id == owner.account_id, Account.models_end_at > self._unit.at)
            .with_for_update(key_share=True)
        )
        if locked.one_or_none() is None:
            raise NotSignedIn
        held = select(func.count()).where(Model.account_id == owner.account_id)
        if (await self._unit.connection.execute(held)).scalar_one() >= MOST:
            raise TooManyModels

    async def _row(self, owner: Owner, model_id: UUID, *, locked: bool) -> Any:
        query = _ONE_LOCKED if locked else _ONE
        asked = self._asked(owner) | {"model_id": model_id}
        row = (await self._unit.connection.execute(query, asked)).one_or_none()
        if row is None:
            raise NotFound
        return row

    def _asked(self, owner: Owner) -> dict[str, Any]:
        return {"account_id": owner.account_id, "at": self._unit.at}


def found(row: Row, owner: Owner) -> StoredModel:
    """What a row of ONE_AND_WHO holds beside its member. Raises NotFound."""
    if row.id is None:
        raise NotFound
    return _opened(row, owner)


def _opened(row: Any, owner: Owner) -> StoredModel:
    return StoredModel(
        id=row.id,
        created_at=row.created_at,
        updated_at=row.updated_at,
        has_avatar=row.has_avatar,
        **owner.key.open(row.sealed, "model", row.id, row.version),
    )
