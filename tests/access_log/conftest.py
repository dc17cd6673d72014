from collections.abc import AsyncIterator

import pytest

from dressform.bootstrap import bootstrap
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.settings.settings import Settings


@pytest.fixture
async def own_units(isolated_settings: Settings) -> AsyncIterator[UnitOfWorkFactory]:
    async with bootstrap(isolated_settings) as (uows, _):
        yield uows
