from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, exists, func, or_, select, true, update
from sqlalchemy.orm import InstrumentedAttribute, aliased

from dressform.crypto.sealing import MissingMasterKeyError, SealBrokenError, Wrapped
from dressform.database import Unit
from dressform.opendata.budget import MOST_COUNTS
from dressform.repositories.owners import Owner
from dressform.repositories.sealed_models import body_of
from dressform.tables import Account, AccountKey, DatasetConsent, Model

BATCH = 500
"""Accounts at a time: a piece of work short enough that whoever reads the site doesn't wait for it."""
_BEFORE_ALL = UUID(int=0)
_Base = aliased(Model)

Asking = Select[*tuple[Any, ...]]
Rows = Sequence[Row[*tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Contribution:
    """What an account gives: one body. Lengths in mm, shoulderSlope in degrees."""

    account_id: UUID
    model_id: UUID
    breasts: bool
    measurements: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Page:
    """Accounts in the order of their ids: who gives, and how many could not be read."""

    contributions: list[Contribution]
    unreadable: int
    last: UUID | None


class Contributions:
    """Of members who agreed before a day, still do, never gave, and whose data may be used."""

    def __init__(self, unit: Unit, *, before: datetime) -> None:
        self._unit = unit
        self._before = before

    async def count_in(self, *, after: UUID | None) -> tuple[int, UUID | None]:
        """Marks the next batch as counted once more: how many, and the last; None when all are."""
        chosen = (
            select(DatasetConsent.account_id)
            .join(Account, Account.id == DatasetConsent.account_id)
            .where(DatasetConsent.account_id > (after or _BEFORE_ALL))
            .where(*self._may_give(), DatasetConsent.drawn_in.is_(None))
            .where(DatasetConsent.counted < MOST_COUNTS)
            .where(exists().where(Model.account_id == DatasetConsent.account_id))
            .order_by(DatasetConsent.account_id)
            .limit(BATCH)
        )
        marked = await self._unit.connection.execute(
            update(DatasetConsent)
            .where(DatasetConsent.account_id.in_(chosen.scalar_subquery()))
            .values(counted=DatasetConsent.counted + 1)
            .returning(DatasetConsent.account_id)
        )
        ids = marked.scalars().all()
        return len(ids), max(ids, default=None)

    async def sealed(self, *, after: UUID | None) -> Rows:
        """The next of those who were counted; of each the model they chose, or else any."""
        query = (
            self._bodies()
            .where(DatasetConsent.account_id > (after or _BEFORE_ALL))
            .where(*self._may_give(), DatasetConsent.drawn_in.is_(None))
            .where(DatasetConsent.counted > 0)
            .order_by(DatasetConsent.account_id)
            .limit(BATCH)
        )
        return (await self._unit.connection.execute(query)).all()

    async def sealed_of(self, account_ids: Collection[UUID]) -> Rows:
        """What these have to give now, whether they are marked or not."""
        query = self._bodies().where(_among(DatasetConsent.account_id, account_ids))
        return (await self._unit.connection.execute(query)).all()

    def opened(self, rows: Rows) -> Page:
        """Asks the database nothing."""
        found = [self._opened(row) for row in rows]
        given = [one for one in found if one is not None]
        return Page(given, len(found) - len(given), rows[-1].account_id if rows else None)

    async def mark_drawn(
        self, account_ids: Collection[UUID], model_ids: Collection[UUID], year: int
    ) -> list[UUID]:
        """For the life of the accounts: those that never gave and may still give these models.

        Nobody else can change their consent until the transaction ends. Whose consent somebody is
        changing just now is not waited for, and not marked.
        """
        free = (
            self._giving(account_ids, model_ids)
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

    async def still_giving(
        self, account_ids: Collection[UUID], model_ids: Collection[UUID]
    ) -> list[UUID]:
        """Of those who are marked, who may give these models to this moment."""
        query = self._giving(account_ids, model_ids)
        return list((await self._unit.connection.execute(query)).scalars().all())

    async def unmark(self, account_ids: Collection[UUID]) -> None:
        """Of whom nothing was taken in the end."""
        await self._unit.connection.execute(
            update(DatasetConsent)
            .where(_among(DatasetConsent.account_id, account_ids))
            .values(drawn_in=None)
        )

    def _may_give(self) -> tuple[ColumnElement[bool], ...]:
        return (
            DatasetConsent.given_at < self._before,
            DatasetConsent.withdrawn_at.is_(None),
            Account.ends_at > self._unit.at,
            Account.models_end_at > self._unit.at,
            Account.restricted_at.is_(None),
        )

    def _giving(self, account_ids: Collection[UUID], model_ids: Collection[UUID]) -> Select[UUID]:
        theirs = exists().where(
            _among(Model.id, model_ids), Model.account_id == DatasetConsent.account_id, _CHOSEN
        )
        return (
            select(DatasetConsent.account_id)
            .join(Account, Account.id == DatasetConsent.account_id)
            .where(_among(DatasetConsent.account_id, account_ids), *self._may_give(), theirs)
        )

    def _bodies(self) -> Asking:
        one = aliased(Model, _ANY_CHOSEN)
        return (
            select(
                DatasetConsent.account_id,
                AccountKey.key_id,
                AccountKey.wrapped_key,
                one.id,
                one.version,
                one.sealed,
                one.base_id,
                _Base.version.label("base_version"),
                _Base.sealed.label("base_sealed"),
            )
            .join(Account, Account.id == DatasetConsent.account_id)
            .join(AccountKey, AccountKey.account_id == Account.id)
            .join(_ANY_CHOSEN, true())
            .outerjoin(_Base, _Base.id == one.base_id)
        )

    def _opened(self, row: Any) -> Contribution | None:
        """None when it does not open: one broken row stops nobody else's contribution."""
        try:
            wrapped = Wrapped(row.key_id, row.wrapped_key)
            key = self._unit.vault.master.unwrap(wrapped, row.account_id)
            body = body_of(row, Owner(row.account_id, key))
        except (SealBrokenError, MissingMasterKeyError):
            return None
        return Contribution(row.account_id, row.id, bool(body.breasts), body.measurements)


_CHOSEN = or_(DatasetConsent.model_id.is_(None), DatasetConsent.model_id == Model.id)
_ANY_CHOSEN = (
    select(Model)
    .where(Model.account_id == DatasetConsent.account_id, _CHOSEN)
    .order_by(func.random())
    .limit(1)
    .lateral()
)


def _among(column: InstrumentedAttribute[UUID], ids: Collection[UUID]) -> ColumnElement[bool]:
    return column == func.any(list(ids))
