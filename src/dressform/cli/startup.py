"""Opening the database for a command, with the errors of `bootstrap`."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from dressform.bootstrap import bootstrap
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.settings.settings import Settings

Result = TypeVar("Result")


def run_with_uows(
    settings: Settings,
    task: Callable[[Settings, UnitOfWorkFactory], Coroutine[Any, Any, Result]],
    *,
    skip_journal_check: bool = False,
) -> Result:
    """Run a task with a unit-of-work factory, in an event loop of its own."""

    async def run() -> Result:
        async with bootstrap(settings, skip_journal_check=skip_journal_check) as (uows, _):
            return await task(settings, uows)

    return asyncio.run(run())


async def check_startup(_: Settings, __: UnitOfWorkFactory) -> None:
    """Do nothing: `bootstrap` has checked the database, and has created the keys at the first start."""
