"""The queries of the open dataset, each for one batch of accounts.

A draw runs them thousands of times, so they are compiled once: compiling takes longer than
executing.
"""

from collections.abc import AsyncIterator, Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Uuid,
    bindparam,
    column,
    exists,
    func,
    or_,
    select,
    update,
)

from dressform.db.statements import Result, Statement, is_any_of
from dressform.db.tables import Account, DatasetConsent, DatasetConsentAct, DatasetDraw, Model
from dressform.db.unit_of_work import UnitOfWork
from dressform.opendata.budget import MAX_COUNTS
from dressform.opendata.consent import COMPATIBLE
from dressform.repositories.sealed_contributions import IS_CHOSEN, EncryptedRows, select_bodies

BATCH = 500
"""How many accounts one statement counts or reads."""
PAUSE_SECONDS = 0.01
"""The pause between two batches, so that other clients of PostgreSQL are served."""
_FIRST_ID = UUID(int=0)

_ACCOUNT_IDS = bindparam("account_ids", type_=ARRAY(Uuid))
_MODEL_IDS = bindparam("model_ids", type_=ARRAY(Uuid))
_IS_IN_BATCH = DatasetConsent.account_id == func.any(_ACCOUNT_IDS)
_NOT_DRAWN = DatasetConsent.drawn_year.is_(None)

_IN_RESTORED_DRAW = exists().where(
    DatasetDraw.restored_at.is_not(None),
    DatasetDraw.drawn_at + timedelta(days=1) > Account.created_at,
)
"""Accounts that are older than the end of the day of a restored draw may have been in it."""

_CONSENTED_BEFORE = exists().where(
    DatasetConsentAct.account_id == DatasetConsent.account_id,
    DatasetConsentAct.act == "given",
    DatasetConsentAct.acted_at < bindparam("before"),
)
_HAS_CONSENT = _CONSENTED_BEFORE.where(
    DatasetConsentAct.id == DatasetConsent.given_id,
    is_any_of(DatasetConsentAct.text_version, COMPATIBLE),
)

_IS_ELIGIBLE: tuple[ColumnElement[bool], ...] = (
    _IS_IN_BATCH,
    _HAS_CONSENT,
    Account.expires_at > bindparam("at"),
    Account.models_expire_at > bindparam("at"),
    Account.restricted_at.is_(None),
    ~_IN_RESTORED_DRAW,
)

# Every other condition is limited to the ids of a batch. After all accounts were marked the planner
# has no statistics of the marks, and would scan the whole table for each batch.
_NEXT_BATCH = Statement(
    select(DatasetConsent.account_id)
    .where(DatasetConsent.account_id > bindparam("after"))
    .order_by(DatasetConsent.account_id)
    .limit(bindparam("most"))
)

_MARK_COUNTED = Statement(
    update(DatasetConsent)
    .where(Account.id == DatasetConsent.account_id)
    .where(exists().where(Model.account_id == DatasetConsent.account_id))
    .where(*_IS_ELIGIBLE, _NOT_DRAWN, DatasetConsent.times_counted < MAX_COUNTS)
    .values(times_counted=DatasetConsent.times_counted + 1)
)

_FETCH_COUNTABLE = Statement(
    select_bodies().where(*_IS_ELIGIBLE, _NOT_DRAWN, DatasetConsent.times_counted < MAX_COUNTS)
)
_FETCH_COUNTED = Statement(
    select_bodies().where(*_IS_ELIGIBLE, _NOT_DRAWN, DatasetConsent.times_counted > 0)
)
_FETCH_ENCRYPTED = Statement(select_bodies().where(_IS_IN_BATCH))

_DRAWABLE = (
    select(DatasetConsent.account_id)
    .join(Account, Account.id == DatasetConsent.account_id)
    .where(*_IS_ELIGIBLE, _NOT_DRAWN)
    .where(
        exists().where(
            Model.id == func.any(_MODEL_IDS),
            Model.account_id == DatasetConsent.account_id,
            IS_CHOSEN,
        )
    )
    .with_for_update(of=DatasetConsent, key_share=True, skip_locked=True)
)

_MARK_DRAWN = Statement(
    update(DatasetConsent)
    .where(DatasetConsent.account_id == func.any(func.array(_DRAWABLE.scalar_subquery())))
    .values(drawn_year=bindparam("year"), drawn_under=DatasetConsent.given_id)
    .returning(DatasetConsent.account_id)
)

_DRAWN = (
    func.unnest(_ACCOUNT_IDS, _MODEL_IDS)
    .table_valued(column("account_id", Uuid), column("model_id", Uuid))
    .render_derived()
)

_WITHDRAWN = Statement(
    select(_DRAWN.c.account_id)
    .join(Account, Account.id == _DRAWN.c.account_id)
    .outerjoin(Model, Model.id == _DRAWN.c.model_id)
    .where(or_(Account.restricted_at.is_not(None), Model.id.is_(None), _IN_RESTORED_DRAW))
)

_UNMARK = Statement(
    update(DatasetConsent).where(_IS_IN_BATCH).values(drawn_year=None, drawn_under=None)
)

_MARK_ALL = Statement(
    update(DatasetConsent)
    .where(_IS_IN_BATCH, _NOT_DRAWN, _CONSENTED_BEFORE)
    .values(drawn_year=bindparam("year"))
)


class Contributions:
    """The accounts that may contribute: consent given before a day, not drawn yet, not
    restricted.
    """

    def __init__(self, uow: UnitOfWork, *, before: datetime) -> None:
        self._uow = uow
        self._before = before

    async def list_batches(self) -> AsyncIterator[list[UUID]]:
        """Yield all batches of accounts."""
        batch = await self.list_batch(after=None)
        while batch:
            yield batch
            batch = await self.list_batch(after=batch[-1])

    async def list_batch(self, *, after: UUID | None) -> list[UUID]:
        """Return the next accounts that ever agreed, by their ids. Empty at the end."""
        found = await self._execute(_NEXT_BATCH, after=after or _FIRST_ID, most=BATCH)
        return list(found.scalars())

    async def mark_counted(self, account_ids: Collection[UUID]) -> int:
        """Mark the eligible accounts that have a model as counted once more. Return how many."""
        return (await self._execute_for_eligible(_MARK_COUNTED, account_ids)).rowcount

    async def fetch_countable(self, account_ids: Collection[UUID]) -> EncryptedRows:
        """Return the encrypted model of each countable account: the chosen one, or a random one."""
        return (await self._execute_for_eligible(_FETCH_COUNTABLE, account_ids)).all()

    async def fetch_counted(self, account_ids: Collection[UUID]) -> EncryptedRows:
        """Return the encrypted model of each counted account: the chosen one, or a random one."""
        return (await self._execute_for_eligible(_FETCH_COUNTED, account_ids)).all()

    async def fetch_encrypted(self, account_ids: Collection[UUID]) -> EncryptedRows:
        """Return the encrypted model of each of these accounts, marked or not."""
        return (await self._execute(_FETCH_ENCRYPTED, account_ids=list(account_ids))).all()

    async def mark_drawn(
        self, account_ids: Collection[UUID], model_ids: Collection[UUID], year: int
    ) -> list[UUID]:
        """Mark accounts as drawn, for life, if they may still give these models. Return them.

        Their consent is locked until the transaction ends. An account whose consent is locked by
        another transaction is skipped and not marked.
        """
        marked = await self._execute_for_eligible(
            _MARK_DRAWN, account_ids, model_ids=list(model_ids), year=year
        )
        return list(marked.scalars())

    async def list_withdrawn(
        self, account_ids: Collection[UUID], model_ids: Collection[UUID]
    ) -> set[UUID]:
        """Return which of the accounts just marked no longer contribute.

        They were restricted, or removed this model, or may have been in a draw restored since.
        Nothing else can have changed: it is in the locked consent, or would delete it.
        """
        gone = await self._execute(
            _WITHDRAWN, account_ids=list(account_ids), model_ids=list(model_ids)
        )
        return set(gone.scalars())

    async def unmark(self, account_ids: Collection[UUID]) -> None:
        """Remove the mark of accounts of which nothing was taken."""
        await self._execute(_UNMARK, account_ids=list(account_ids))

    async def mark_all(self, account_ids: Collection[UUID], year: int) -> None:
        """Mark all accounts that agreed in time and were never drawn, even if they withdrew.

        It is for a restored draw: any of them may have been in it. Under which act is unknown.
        """
        await self._execute(
            _MARK_ALL, account_ids=list(account_ids), before=self._before, year=year
        )

    async def _execute_for_eligible(
        self, statement: Statement, account_ids: Collection[UUID], **more: Any
    ) -> Result:
        known = {"before": self._before, "at": self._uow.now}
        return await self._execute(statement, account_ids=list(account_ids), **known, **more)

    async def _execute(self, statement: Statement, **values: Any) -> Result:
        return await self._uow.connection.execute(statement, values)
