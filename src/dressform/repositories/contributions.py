from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select, true, update
from sqlalchemy.orm import aliased

from dressform.crypto.sealing import MissingMasterKeyError, SealBrokenError, Wrapped
from dressform.database import Unit
from dressform.opendata.budget import MOST_COUNTS
from dressform.repositories.owners import Owner
from dressform.repositories.sealed_models import body_of
from dressform.tables import Account, AccountKey, DatasetConsent, Model

BATCH = 5_000
_BEFORE_ALL = UUID(int=0)
_Base = aliased(Model)


@dataclass(frozen=True, slots=True)
class Contribution:
    """What an account gives: one body. Lengths in mm, shoulderSlope in degrees."""

    account_id: UUID
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

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    async def count_in(self, *, before: datetime, after: UUID | None) -> tuple[int, UUID | None]:
        """Marks the next batch as counted once more: how many, and the last; None when all are."""
        chosen = (
            select(DatasetConsent.account_id)
            .join(Account, Account.id == DatasetConsent.account_id)
            .where(*self._may_give(before, after), DatasetConsent.counted < MOST_COUNTS)
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

    async def page(self, *, before: datetime, after: UUID | None) -> Page:
        """The next of those who were counted; of each the model they chose, or else any."""
        rows = (await self._unit.connection.execute(self._query(before, after))).all()
        found = [self._opened(row) for row in rows]
        given = [one for one in found if one is not None]
        return Page(given, len(found) - len(given), rows[-1].account_id if rows else None)

    async def mark_drawn(self, account_ids: Sequence[UUID], year: int) -> None:
        """For the life of the accounts. Who has left meanwhile has no mark, and needs none."""
        for start in range(0, len(account_ids), BATCH):
            batch = account_ids[start : start + BATCH]
            await self._unit.connection.execute(
                update(DatasetConsent)
                .where(DatasetConsent.account_id == func.any(list(batch)))
                .values(drawn_in=year)
            )

    def _query(self, before: datetime, after: UUID | None) -> Any:
        chosen = (
            select(Model)
            .where(Model.account_id == DatasetConsent.account_id)
            .where(or_(DatasetConsent.model_id.is_(None), DatasetConsent.model_id == Model.id))
            .order_by(func.random())
            .limit(1)
            .lateral()
        )
        one = aliased(Model, chosen)
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
            .join(chosen, true())
            .outerjoin(_Base, _Base.id == one.base_id)
            .where(*self._may_give(before, after), DatasetConsent.counted > 0)
            .order_by(DatasetConsent.account_id)
            .limit(BATCH)
        )

    def _may_give(self, before: datetime, after: UUID | None) -> tuple[ColumnElement[bool], ...]:
        return (
            DatasetConsent.account_id > (after or _BEFORE_ALL),
            DatasetConsent.given_at < before,
            DatasetConsent.withdrawn_at.is_(None),
            DatasetConsent.drawn_in.is_(None),
            Account.ends_at > self._unit.at,
            Account.models_end_at > self._unit.at,
            Account.restricted_at.is_(None),
        )

    def _opened(self, row: Any) -> Contribution | None:
        """None when it does not open: one broken row stops nobody else's contribution."""
        try:
            wrapped = Wrapped(row.key_id, row.wrapped_key)
            key = self._unit.vault.master.unwrap(wrapped, row.account_id)
            body = body_of(row, Owner(row.account_id, key))
        except (SealBrokenError, MissingMasterKeyError):
            return None
        return Contribution(row.account_id, bool(body.breasts), body.measurements)
