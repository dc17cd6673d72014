from collections.abc import AsyncIterator

import asyncpg
import pytest
from fastapi import FastAPI

from dressform.settings import Settings
from tests.opendata.members import APPROVER, PROPOSER, operating


@pytest.fixture
async def raw(app: FastAPI, settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    """A connection beside the service's own, to a database with two operators."""
    assert app is not None
    assert settings.database_url is not None
    url = settings.database_url.get_secret_value().replace("+asyncpg", "")
    connection = await asyncpg.connect(url)
    for each in (PROPOSER, APPROVER):
        await operating(connection, each)
    yield connection
    await connection.close()
