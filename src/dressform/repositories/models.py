"""The models: body measurements that members have saved."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, exists, func, insert, select, update
from sqlalchemy.orm import aliased

from dressform.crypto.secrets import new_version, random_id
from dressform.db.statements import Row, Statement
from dressform.db.tables import Account, Avatar, Model
from dressform.db.unit_of_work import UnitOfWork
from dressform.errors import FieldError, InvalidInput, NotFound, TooManyModels, Unauthenticated
from dressform.journal.entries import Deletion, DeletionKind
from dressform.repositories.members import with_member
from dressform.repositories.owners import Owner
from dressform.repositories.sealed_models import StoredModel, decrypt_model, encrypt_model
from dressform.sewing.body import BodyMeasurements
from dressform.sewing.units import EnteredValue

MAX_MODELS = 100
"""The models that an account can have."""


_Base = aliased(Model)

_OWNED = (
    select(
        Model.id,
        Model.version,
        Model.sealed,
        Model.position,
        exists().where(Avatar.model_id == Model.id).label("has_avatar"),
        Model.base_id,
        _Base.version.label("base_version"),
        _Base.sealed.label("base_sealed"),
    )
    .join(Account, Account.id == Model.account_id)
    .outerjoin(_Base, _Base.id == Model.base_id)
    .where(Model.account_id == bindparam("account_id"))
    .where(Account.models_expire_at > bindparam("at"))
)
_OWNED_ONE = _OWNED.where(Model.id == bindparam("model_id"))
_ONE = Statement(_OWNED_ONE)
_ONE_LOCKED = Statement(_OWNED_ONE.with_for_update(of=Model))
_VARIANTS = Statement(_OWNED.where(Model.base_id == bindparam("base_id")).with_for_update(of=Model))
MEMBER_AND_MODEL = with_member(_OWNED_ONE)
_PAGE = (
    _OWNED.where(Model.position > bindparam("after"))
    .order_by(Model.position)
    .limit(bindparam("most"))
)
_NEXT_PAGE = Statement(_PAGE)
MEMBER_AND_MODELS = with_member(_PAGE)
_ADD = Statement(insert(Model), "id", "account_id", "base_id", "version", "position", "sealed")
_CHANGE = Statement(
    update(Model).where(Model.id == bindparam("model_id")),
    "base_id",
    "version",
    "position",
    "sealed",
)
_REMOVE = Statement(delete(Model).where(Model.id == bindparam("model_id")))
_LOCK = Statement(
    select(Account.id)
    .where(Account.id == bindparam("account_id"), Account.models_expire_at > bindparam("at"))
    .with_for_update(key_share=True)
)
_COUNT = Statement(
    select(func.count(), func.coalesce(func.max(Model.position), 0)).where(
        Model.account_id == bindparam("account_id")
    )
)


class Models:
    """The models of members."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    async def get(self, owner: Owner, model_id: UUID) -> StoredModel:
        """Return a model. Raise NotFound, also for another owner's model."""
        return await self._fetch_one(_ONE, owner, model_id)

    async def list_page(
        self, owner: Owner, *, after: int = 0, limit: int
    ) -> tuple[list[StoredModel], int | None]:
        """Return a page of models in order of creation, and the position of the next page if
        any.
        """
        params = self._params(owner) | {"after": after, "most": limit + 1}
        rows = await self._uow.connection.execute(_NEXT_PAGE, params)
        return decrypt_page(rows.all(), owner, limit=limit)

    async def add(
        self, owner: Owner, *, name: str, body: BodyMeasurements, based_on: UUID | None = None
    ) -> StoredModel:
        """Add a model. Raise TooManyModels, and InvalidInput when it can't be based on that model.

        Raise Unauthenticated when the account has expired.
        """
        await self._lock(owner)
        model = StoredModel(
            id=random_id(),
            position=await self._next_position(owner),
            name=name,
            own=body,
            base=await self._get_base(owner, based_on) if based_on else None,
            based_on=based_on,
            version=new_version(),
            has_avatar=False,
            created_on=self._uow.now.date(),
            updated_on=self._uow.now.date(),
        )
        await self._uow.connection.execute(
            _ADD, {"id": model.id, "account_id": owner.account_id, **encrypt_model(model, owner)}
        )
        return model

    async def change(
        self,
        owner: Owner,
        model_id: UUID,
        *,
        name: str | None = None,
        breasts: bool | None = None,
        measurements: Mapping[str, float | None] | None = None,
        typed: Mapping[str, EnteredValue] | None = None,
        made_whole: bool = False,
    ) -> StoredModel:
        """Merge changes into a model: None leaves a value unchanged.

        A measurement that is None is removed, or that of the base again. Raise NotFound, and
        Unauthenticated when the account has expired.
        """
        if made_whole:
            await self._lock(owner)
        before = await self._fetch_one(_ONE_LOCKED, owner, model_id)
        model = before.detached if made_whole else before
        own = model.own.apply_patch(
            breasts=breasts, measurements=measurements or {}, typed=typed or {}
        )
        return await self._save(
            owner, replace(model, name=name or model.name, own=own, updated_on=self._uow.now.date())
        )

    async def remove(self, owner: Owner, model_id: UUID) -> None:
        """Delete a model with its avatar. Its variants are detached from it and stay.

        Raise NotFound, and Unauthenticated when the account has expired.
        """
        await self._lock(owner)
        await self._fetch_one(_ONE_LOCKED, owner, model_id)
        params = self._params(owner) | {"base_id": model_id}
        for row in await self._uow.connection.fetch_all(_VARIANTS, params):
            await self._save(owner, decrypt_model(row, owner).detached)
        await self._uow.connection.execute(_REMOVE, {"model_id": model_id})
        self._uow.deletions.append(Deletion(DeletionKind.MODEL, model_id))

    async def _save(self, owner: Owner, model: StoredModel) -> StoredModel:
        kept = replace(model, version=new_version())
        await self._uow.connection.execute(
            _CHANGE, {"model_id": kept.id, **encrypt_model(kept, owner)}
        )
        return kept

    async def _lock(self, owner: Owner) -> None:
        """Lock the owner's models against being added, removed or detached by others."""
        if await self._uow.connection.scalar(_LOCK, self._params(owner)) is None:
            raise Unauthenticated

    async def _next_position(self, owner: Owner) -> int:
        """Return the position after all others. Raise TooManyModels at the limit."""
        number, last = await self._uow.connection.fetch_one(
            _COUNT, {"account_id": owner.account_id}
        )
        if number >= MAX_MODELS:
            raise TooManyModels
        return int(last) + 1

    async def _get_base(self, owner: Owner, model_id: UUID) -> BodyMeasurements:
        try:
            found = await self.get(owner, model_id)
        except NotFound:
            raise InvalidInput(
                FieldError("#/based_on", "none of your models has this id")
            ) from None
        if found.based_on:
            advice = f"is a variant itself: base it on {found.based_on}, as that one is"
            raise InvalidInput(FieldError("#/based_on", advice))
        return found.own

    async def _fetch_one(self, query: Statement, owner: Owner, model_id: UUID) -> StoredModel:
        params = self._params(owner) | {"model_id": model_id}
        row = await self._uow.connection.fetch_one_or_none(query, params)
        if row is None:
            raise NotFound
        return decrypt_model(row, owner)

    def _params(self, owner: Owner) -> dict[str, Any]:
        return {"account_id": owner.account_id, "at": self._uow.now}


def decrypt_member_model(row: Row, owner: Owner) -> StoredModel:
    """Decrypt the model of a row of MEMBER_AND_MODEL. Raise NotFound when it has none."""
    if row.id is None:
        raise NotFound
    return decrypt_model(row, owner)


def decrypt_page(
    rows: Sequence[Row], owner: Owner, *, limit: int
) -> tuple[list[StoredModel], int | None]:
    """Return the models of a page, and the position to go on after when there are more.

    `rows`: one more than the limit, in any order, or one without a model when there is none.
    """
    models = [decrypt_model(row, owner) for row in rows if row.id is not None]
    models.sort(key=lambda model: model.position)
    more = models[limit - 1].position if len(models) > limit else None
    return models[:limit], more
