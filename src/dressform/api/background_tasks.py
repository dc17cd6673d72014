"""The tasks that a process of the API runs beside its requests."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from dressform.actions.reload_keys import reload_regularly
from dressform.actions.tidy_journal import tidy_regularly
from dressform.crypto.tokens import AccessTokens
from dressform.db.unit_of_work import UnitOfWorkFactory


@asynccontextmanager
async def run_background_tasks(
    uows: UnitOfWorkFactory, tokens: AccessTokens
) -> AsyncIterator[None]:
    """Tidy the journal and reload the keys regularly until the block ends."""
    tasks = [
        asyncio.create_task(tidy_regularly(uows)),
        asyncio.create_task(reload_regularly(uows, tokens)),
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
