from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from fastapi import FastAPI

from dressform.opendata.receipts import Receipts
from dressform.settings.settings import Settings
from tests.opendata.members import APPROVER, PROPOSER, create_operator


@pytest.fixture
async def db_connection(app: FastAPI, settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    """A connection beside the service's own, to a database with two operators."""
    assert app is not None
    assert settings.database_url is not None
    url = settings.database_url.get_secret_value().replace("+asyncpg", "")
    connection = await asyncpg.connect(url)
    for each in (PROPOSER, APPROVER):
        await create_operator(connection, each)
    yield connection
    await connection.close()


@pytest.fixture
def receipts(tmp_path: Path) -> Receipts:
    return Receipts(tmp_path / "dataset")
