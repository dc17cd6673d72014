"""Units of work: the only place where a transaction begins, is committed and is rolled back.

Reads run in autocommit; what writes runs in one transaction, committed when the block ends and rolled
back when it raises.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import text

from dressform.clock import Clock
from dressform.crypto.keyrings import Keyrings
from dressform.db.connections import Autocommit, Connection, Transaction
from dressform.db.pool import Pool
from dressform.db.statements import Statement
from dressform.journal.entries import Deletion
from dressform.journal.journal import Journal

_IS_READ_ONLY = Statement(text("SHOW transaction_read_only"))


@dataclass(frozen=True, slots=True)
class UnitOfWork:
    """A unit of work, which every repository works with. `now` decides which rows it sees.

    `deletions`: what it deletes, for the deletion journal. Only a transaction may delete.
    """

    connection: Connection
    keyrings: Keyrings
    now: datetime
    deletions: list[Deletion] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class TransactionalUnitOfWork(UnitOfWork):
    """A unit of work that runs in one transaction."""

    connection: Transaction


@dataclass(slots=True)
class UnitOfWorkFactory:
    """Opens units of work. Its caller decides where a transaction begins and ends.

    `keyrings` is replaced when keys were rotated; units of work that are open keep theirs.
    """

    pool: Pool
    keyrings: Keyrings
    clock: Clock
    journal: Journal

    def read(self, *, now: datetime | None = None) -> UnitOfWork:
        """Return a unit of work in autocommit mode. It holds nothing that must be closed."""
        return UnitOfWork(Autocommit(self.pool), self.keyrings, now or self.clock())

    @asynccontextmanager
    async def transaction(
        self, *, now: datetime | None = None
    ) -> AsyncIterator[TransactionalUnitOfWork]:
        """Open a unit of work in one transaction.

        Deletions are written to the journal, and fsynced, before the transaction is committed.
        """
        entry = None
        async with Transaction.begin(self.pool) as connection:
            uow = TransactionalUnitOfWork(connection, self.keyrings, now or self.clock())
            yield uow
            if uow.deletions:
                entry = await self.journal.record(connection, uow.deletions, at=self.clock())
        if entry is not None:
            await self.journal.confirm(entry)

    async def is_writable(self) -> bool:
        """Return whether the database accepts writes. Close the idle connections when it does
        not.
        """
        if await Autocommit(self.pool).scalar(_IS_READ_ONLY) == "off":
            return True
        self.pool.discard_idle()
        return False
