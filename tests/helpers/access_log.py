"""The address log, which only a database role of its own may read."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from dressform.db.unit_of_work import TransactionalUnitOfWork, UnitOfWorkFactory
from dressform.repositories.access_log import SET_LOG_ROLE


@asynccontextmanager
async def in_log(uows: UnitOfWorkFactory) -> AsyncIterator[TransactionalUnitOfWork]:
    """A unit of work that may do what it likes with the log, and nothing else."""
    async with uows.transaction() as uow:
        await uow.connection.execute(SET_LOG_ROLE)
        yield uow
