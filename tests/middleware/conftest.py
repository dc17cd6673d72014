from collections.abc import AsyncIterator

import pytest

from dressform.db.units import Units
from dressform.process import opened
from dressform.settings import Settings


@pytest.fixture
async def own_units(own: Settings) -> AsyncIterator[Units]:
    async with opened(own) as (units, _):
        yield units
