from collections.abc import AsyncIterator

import pytest

from dressform.database import Units
from dressform.process import migrated, opened
from dressform.settings import Settings
from tests.databases import own_database


@pytest.fixture
async def own(settings: Settings) -> AsyncIterator[Settings]:
    """Of a database that no application writes to beside the test."""
    async with own_database(settings) as own:
        await migrated(own)
        yield own


@pytest.fixture
async def own_units(own: Settings) -> AsyncIterator[Units]:
    async with opened(own) as (units, _):
        yield units
