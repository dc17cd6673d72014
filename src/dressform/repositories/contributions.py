"""The queries of the open dataset, each for one batch of accounts.

A draw runs them thousands of times, so they are compiled once: compiling takes longer than
executing.
"""

from collections.abc import AsyncIterator, Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from dressform.db.statements import Result, Statement
from dressform.db.unit_of_work import UnitOfWork
from dressform.repositories.contribution_statements import (
    FETCH_COUNTABLE,
    FETCH_COUNTED,
    FETCH_ENCRYPTED,
    MARK_ALL,
    MARK_COUNTED,
    MARK_DRAWN,
    NEXT_BATCH,
    UNMARK,
    WITHDRAWN,
)
from dressform.repositories.sealed_contributions import EncryptedRows

BATCH = 500
"""How many accounts one statement counts or reads."""
PAUSE_SECONDS = 0.01
"""The pause between two batches, so that other clients of PostgreSQL are served."""
_FIRST_ID = UUID(int=0)


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
        found = await self._execute(NEXT_BATCH, after=after or _FIRST_ID, most=BATCH)
        return list(found.scalars())

    async def mark_counted(self, account_ids: Collection[UUID]) -> int:
        """Mark the eligible accounts that have a model as counted once more. Return how many."""
        return (await self._execute_for_eligible(MARK_COUNTED, account_ids)).rowcount

    async def fetch_countable(self, account_ids: Collection[UUID]) -> EncryptedRows:
        """Return the encrypted model of each countable account: the chosen one, or a random one."""
        return (await self._execute_for_eligible(FETCH_COUNTABLE, account_ids)).all()

    async def fetch_counted(self, account_ids: Collection[UUID]) -> EncryptedRows:
        """Return the encrypted model of each counted account: the chosen one, or a random one."""
        return (await self._execute_for_eligible(FETCH_COUNTED, account_ids)).all()

    async def fetch_encrypted(self, account_ids: Collection[UUID]) -> EncryptedRows:
        """Return the encrypted model of each of these accounts, marked or not."""
        return (await self._execute(FETCH_ENCRYPTED, account_ids=list(account_ids))).all()

    async def mark_drawn(
        self, account_ids: Collection[UUID], model_ids: Collection[UUID], year: int
    ) -> list[UUID]:
        """Mark accounts as drawn, for life, if they may still give these models. Return them.

        Their consent is locked until the transaction ends. An account whose consent is locked by
        another transaction is skipped and not marked.
        """
        marked = await self._execute_for_eligible(
            MARK_DRAWN, account_ids, model_ids=list(model_ids), year=year
        )
        return list(marked.scalars())

    async def list_withdrawn(
        self, account_ids: Collection[UUID], model_ids: Collection[UUID]
    ) -> set[UUID]:
        """Return which of the accounts just marked no longer contribute.

        They were restricted, or removed this model, or may have been in a draw restored since.
        Other changes touch the locked consent, or delete it.
        """
        gone = await self._execute(
            WITHDRAWN, account_ids=list(account_ids), model_ids=list(model_ids)
        )
        return set(gone.scalars())

    async def unmark(self, account_ids: Collection[UUID]) -> None:
        """Remove the mark of accounts of which nothing was taken."""
        await self._execute(UNMARK, account_ids=list(account_ids))

    async def mark_all(self, account_ids: Collection[UUID], year: int) -> None:
        """Mark all accounts that agreed in time and were never drawn, even if they withdrew.

        It is for a restored draw: any of them may have been in it. Which consent was used is unknown.
        """
        await self._execute(MARK_ALL, account_ids=list(account_ids), before=self._before, year=year)

    async def _execute_for_eligible(
        self, statement: Statement, account_ids: Collection[UUID], **more: Any
    ) -> Result:
        known = {"before": self._before, "at": self._uow.now}
        return await self._execute(statement, account_ids=list(account_ids), **known, **more)

    async def _execute(self, statement: Statement, **values: Any) -> Result:
        return await self._uow.connection.execute(statement, values)
