from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Uuid,
    column,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute

from dressform.database import Unit
from dressform.opendata.budget import MOST_COUNTS
from dressform.opendata.consent import COMPATIBLE
from dressform.repositories.sealed_contributions import IS_CHOSEN, Rows, bodies
from dressform.tables import Account, DatasetConsent, DatasetDraw, Model

BATCH = 500
"""Accounts at a time: a piece of work short enough that whoever reads the site doesn't wait for it."""
_BEFORE_ALL = UUID(int=0)
_UUIDS = ARRAY(Uuid)


class Contributions:
    """Of members who agreed before a day, still do, never gave, and whose data may be used."""

    def __init__(self, unit: Unit, *, before: datetime) -> None:
        self._unit = unit
        self._before = before

    async def batch(self, *, after: UUID | None) -> list[UUID]:
        """The next accounts that ever agreed, in the order of their ids; none when there are no more.

        Everything else is asked of these, by their ids: so soon after all were marked the planner can't
        know of how many a condition is true, and would go through everybody for each batch.
        """
        query = (
            select(DatasetConsent.account_id)
            .where(DatasetConsent.account_id > (after or _BEFORE_ALL))
            .order_by(DatasetConsent.account_id)
            .limit(BATCH)
        )
        return list((await self._unit.connection.execute(query)).scalars().all())

    async def count_in(self, account_ids: Collection[UUID]) -> int:
        """Marks as counted once more those who may give and have something to give: how many."""
        theirs = exists().where(Model.account_id == DatasetConsent.account_id)
        marked = await self._unit.connection.execute(
            update(DatasetConsent)
            .where(Account.id == DatasetConsent.account_id, theirs)
            .where(_among(DatasetConsent.account_id, account_ids), *self._may_give())
            .where(DatasetConsent.drawn_in.is_(None), DatasetConsent.counted < MOST_COUNTS)
            .values(counted=DatasetConsent.counted + 1)
        )
        return marked.rowcount

    async def sealed(self, account_ids: Collection[UUID]) -> Rows:
        """Of those who were counted the model they chose, or else any."""
        query = (
            bodies()
            .where(_among(DatasetConsent.account_id, account_ids), *self._may_give())
            .where(DatasetConsent.drawn_in.is_(None), DatasetConsent.counted > 0)
        )
        return (await self._unit.connection.execute(query)).all()

    async def sealed_of(self, account_ids: Collection[UUID]) -> Rows:
        """What these have to give now, whether they are marked or not."""
        query = bodies().where(_among(DatasetConsent.account_id, account_ids))
        return (await self._unit.connection.execute(query)).all()

    async def mark_drawn(
        self, account_ids: Collection[UUID], model_ids: Collection[UUID], year: int
    ) -> list[UUID]:
        """For the life of the accounts: those that never gave and may still give these models.

        Nobody else can change their consent until the transaction ends. Whose consent somebody is
        changing just now is not waited for, and not marked.
        """
        theirs = exists().where(
            _among(Model.id, model_ids), Model.account_id == DatasetConsent.account_id, IS_CHOSEN
        )
        free = (
            select(DatasetConsent.account_id)
            .join(Account, Account.id == DatasetConsent.account_id)
            .where(_among(DatasetConsent.account_id, account_ids), *self._may_give(), theirs)
            .where(DatasetConsent.drawn_in.is_(None))
            .with_for_update(of=DatasetConsent, key_share=True, skip_locked=True)
        )
        marked = await self._unit.connection.execute(
            update(DatasetConsent)
            .where(DatasetConsent.account_id == func.any(func.array(free.scalar_subquery())))
            .values(drawn_in=year)
            .returning(DatasetConsent.account_id)
        )
        return list(marked.scalars().all())

    async def no_longer_giving(
        self, account_ids: Collection[UUID], model_ids: Collection[UUID]
    ) -> set[UUID]:
        """Of those who were just marked: who was restricted or removed this model meanwhile.

        Or may have been in a draw that was made known meanwhile. Nothing else can have changed: it is
        in the consent, or would take it along.
        """
        ids = literal(list(account_ids), _UUIDS), literal(list(model_ids), _UUIDS)
        columns = column("account_id", Uuid), column("model_id", Uuid)
        given = func.unnest(*ids).table_valued(*columns).render_derived()
        query = (
            select(given.c.account_id)
            .join(Account, Account.id == given.c.account_id)
            .outerjoin(Model, Model.id == given.c.model_id)
            .where(or_(Account.restricted_at.is_not(None), Model.id.is_(None), _WAS_THERE))
        )
        return set((await self._unit.connection.execute(query)).scalars())

    async def unmark(self, account_ids: Collection[UUID]) -> None:
        """Of whom nothing was taken in the end."""
        await self._unit.connection.execute(
            update(DatasetConsent)
            .where(_among(DatasetConsent.account_id, account_ids))
            .values(drawn_in=None)
        )

    async def mark_all(self, account_ids: Collection[UUID], year: int) -> None:
        """Who agreed in time and never gave, even if they withdrew.

        For a draw that this database forgot: any of them may have been in it.
        """
        await self._unit.connection.execute(
            update(DatasetConsent)
            .where(_among(DatasetConsent.account_id, account_ids))
            .where(DatasetConsent.given_at < self._before, DatasetConsent.drawn_in.is_(None))
            .values(drawn_in=year)
        )

    def _may_give(self) -> tuple[ColumnElement[bool], ...]:
        return (
            DatasetConsent.given_at < self._before,
            DatasetConsent.withdrawn_at.is_(None),
            DatasetConsent.text_version.in_(COMPATIBLE),
            Account.ends_at > self._unit.at,
            Account.models_end_at > self._unit.at,
            Account.restricted_at.is_(None),
            ~_WAS_THERE,
        )


_WAS_THERE = exists().where(
    DatasetDraw.restored_at.is_not(None), DatasetDraw.drawn_at >= Account.created_at
)
"""When a draw was made that this database forgot, with the consents of its last days: they may have
been in it."""


def _among(column: InstrumentedAttribute[UUID], ids: Collection[UUID]) -> ColumnElement[bool]:
    return column == func.any(list(ids))
