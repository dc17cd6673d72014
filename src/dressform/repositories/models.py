"""The models: body measurements that members have saved."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from dressform.crypto.secrets import new_version, random_id
from dressform.db.statements import Row, Statement
from dressform.db.unit_of_work import UnitOfWork
from dressform.errors import FieldError, InvalidInput, NotFound, TooManyModels, Unauthenticated
from dressform.journal.entries import Deletion, DeletionKind
from dressform.repositories.model_statements import (
    ADD,
    CHANGE,
    COUNT,
    LOCK,
    MAX_MODELS,
    NEXT_PAGE,
    ONE,
    ONE_LOCKED,
    REMOVE,
    VARIANTS,
)
from dressform.repositories.owners import Owner
from dressform.repositories.sealed_models import StoredModel, decrypt_model, encrypt_model
from dressform.sewing.body import BodyMeasurements
from dressform.sewing.changes import select_changes
from dressform.sewing.units import EnteredValue

ModelCheck = Callable[[StoredModel], None]
"""A condition on a model that is going to be changed. It raises where it is not met."""


def accept_any(_: StoredModel) -> None:
    """Accept every model."""


class Models:
    """The models of members."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    async def get(self, owner: Owner, model_id: UUID) -> StoredModel:
        """Return a model. Raise NotFound, also for another owner's model."""
        return await self._fetch_one(ONE, owner, model_id)

    async def list_page(
        self, owner: Owner, *, after: int = 0, limit: int
    ) -> tuple[list[StoredModel], int | None]:
        """Return a page of models in order of creation, and the position of the next page if
        any.
        """
        params = self._params(owner) | {"after": after, "most": limit + 1}
        rows = await self._uow.connection.execute(NEXT_PAGE, params)
        page, more = select_page(rows.all(), limit=limit)
        return [decrypt_model(row, owner) for row in page], more

    async def add(
        self, owner: Owner, *, name: str, body: BodyMeasurements, based_on: UUID | None = None
    ) -> StoredModel:
        """Add a model. Raise TooManyModels, and InvalidInput when it can't be based on that model.

        Raise Unauthenticated when the account has expired.
        """
        await self.lock(owner)
        base = await self._get_base(owner, based_on) if based_on else None
        model = StoredModel(
            id=random_id(),
            position=await self._next_position(owner),
            name=name,
            own=body,
            base=base.own if base else None,
            based_on=based_on,
            version=new_version(),
            has_avatar=False,
            created_on=self._uow.now.date(),
            updated_on=self._uow.now.date(),
            base_version=base.version if base else None,
        )
        await self._uow.connection.execute(
            ADD, {"id": model.id, "account_id": owner.account_id, **encrypt_model(model, owner)}
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
        detach: bool = False,
        check: ModelCheck = accept_any,
    ) -> StoredModel:
        """Merge changes into a model: None leaves a value unchanged, and equal values write nothing.

        A measurement that is None is removed, or that of the base again. `check` is called with the
        locked model, and may raise. Raise NotFound, and Unauthenticated when the account has expired.
        """
        if detach:
            await self.lock(owner)
        before = await self._fetch_one(ONE_LOCKED, owner, model_id)
        check(before)
        model = before.detach() if detach else before
        typed = typed or {}
        changes = select_changes(model.own, model.body, measurements or {}, typed)
        if model.base and model.own.breasts is None and breasts == model.base.breasts:
            breasts = None
        own = model.own.apply_patch(
            breasts=breasts,
            measurements=changes,
            typed={name: typed[name] for name in changes if name in typed},
        )
        changed = replace(model, name=name or model.name, own=own)
        if changed == before:
            return before
        return await self._save(owner, replace(changed, updated_on=self._uow.now.date()))

    async def remove(self, owner: Owner, model_id: UUID, *, check: ModelCheck = accept_any) -> None:
        """Delete a model with its avatar. Its variants are detached from it and stay.

        Raise NotFound, and Unauthenticated when the account has expired.
        """
        await self.lock(owner)
        check(await self._fetch_one(ONE_LOCKED, owner, model_id))
        params = self._params(owner) | {"base_id": model_id}
        for row in await self._uow.connection.fetch_all(VARIANTS, params):
            await self._save(owner, decrypt_model(row, owner).detach())
        await self._uow.connection.execute(REMOVE, {"model_id": model_id})
        self._uow.deletions.append(Deletion(DeletionKind.MODEL, model_id))

    async def _save(self, owner: Owner, model: StoredModel) -> StoredModel:
        kept = replace(model, version=new_version())
        await self._uow.connection.execute(
            CHANGE, {"model_id": kept.id, **encrypt_model(kept, owner)}
        )
        return kept

    async def lock(self, owner: Owner) -> None:
        """Lock the owner's models against being added, removed or detached by others."""
        if await self._uow.connection.scalar(LOCK, self._params(owner)) is None:
            raise Unauthenticated

    async def _next_position(self, owner: Owner) -> int:
        """Return the position after all others. Raise TooManyModels at the limit."""
        number, last = await self._uow.connection.fetch_one(COUNT, {"account_id": owner.account_id})
        if number >= MAX_MODELS:
            raise TooManyModels
        return int(last) + 1

    async def _get_base(self, owner: Owner, model_id: UUID) -> StoredModel:
        try:
            found = await self.get(owner, model_id)
        except NotFound:
            raise InvalidInput(
                FieldError("#/based_on", "none of your models has this id")
            ) from None
        if found.based_on:
            advice = f"is a variant itself: base it on {found.based_on}, as that one is"
            raise InvalidInput(FieldError("#/based_on", advice))
        return found

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


def select_page(rows: Sequence[Row], *, limit: int) -> tuple[list[Row], int | None]:
    """Return the rows of a page in order, and the position to go on after when there are more.

    `rows`: one more than the limit, in any order, or one without a model when there is none.
    """
    found = sorted((row for row in rows if row.id is not None), key=lambda row: row.position)
    more = int(found[limit - 1].position) if len(found) > limit else None
    return found[:limit], more
