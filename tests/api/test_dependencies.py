from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import func, select, text

from dressform.db.tables import Model
from dressform.db.unit_of_work import UnitOfWorkFactory
from tests.helpers.members import MemberClient

MODEL = {"name": "Me", "breasts": False, "measurements": {}}


@pytest.fixture
async def watched(
    app: FastAPI, uows: UnitOfWorkFactory
) -> AsyncIterator[tuple[httpx.AsyncClient, list[str]]]:
    """A client, and what another connection finds in the table when an answer starts."""
    happened: list[str] = []

    async def looking(scope: Any, receive: Any, send: Any) -> None:
        async def sending(message: Any) -> None:
            if message["type"] == "http.response.start":
                uow = uows.read()
                models = await uow.connection.scalar(select(func.count()).select_from(Model))
                happened.append(f"{message['status']} with {models} models")
            await send(message)

        await app(scope, receive, sending)

    transport = httpx.ASGITransport(looking, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as client:
        yield client, happened


async def test_a_change_is_committed_before_its_answer_is_sent(
    ada: MemberClient, watched: tuple[httpx.AsyncClient, list[str]]
) -> None:
    client, happened = watched

    await client.post("/v1/models", json=MODEL, headers=ada.headers)

    assert happened == ["201 with 1 models"]


async def test_a_commit_that_fails_is_not_told_as_a_success(
    ada: MemberClient, uows: UnitOfWorkFactory, watched: tuple[httpx.AsyncClient, list[str]]
) -> None:
    """A constraint that is checked at the commit stands for whatever may refuse it."""
    client, happened = watched
    async with uows.transaction() as uow:
        await uow.connection.execute(
            text(
                "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION 'refused'; END $$"
            )
        )
        await uow.connection.execute(
            text(
                "CREATE CONSTRAINT TRIGGER late AFTER INSERT ON model DEFERRABLE INITIALLY "
                "DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()"
            )
        )
    try:
        response = await client.post("/v1/models", json=MODEL, headers=ada.headers)
    finally:
        async with uows.transaction() as uow:
            await uow.connection.execute(text("DROP TRIGGER late ON model"))
            await uow.connection.execute(text("DROP FUNCTION refuse()"))

    assert response.status_code == 500
    assert happened == ["500 with 0 models"]
