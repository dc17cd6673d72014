"""Looking into the address log, as the tests do it."""

from typing import Any
from uuid import UUID

from fastapi import FastAPI
from sqlalchemy import text

from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.repositories.accounts import Accounts
from dressform.repositories.operators import Operators
from tests.helpers.access_log import list_records
from tests.helpers.members import MemberClient

REQUESTS, LOOKUPS = "/v1/operations/requests", "/v1/operations/lookups"
WHY = {"purpose": "error", "reason": "Sign-ups have been failing since noon."}
FOUR, SIX = "203.0.113.77", "2001:db8:7:1:2:3:4:5"


async def account_id(uows: UnitOfWorkFactory, person: MemberClient) -> UUID:
    uow = uows.read()
    found = await Accounts(uow).get_by_email(person.email)
    assert found is not None
    return found.owner.account_id


async def grant_operator(uows: UnitOfWorkFactory, person: MemberClient) -> None:
    async with uows.transaction() as uow:
        await Operators(uow).add(await account_id(uows, person))


async def become_operator(app: FastAPI, person: MemberClient) -> MemberClient:
    """Make a member an operator, after all earlier lines were shipped."""
    await grant_operator(app.state.dressform.uows, person)
    await list_records(app)
    return person


async def search_log(operator: MemberClient, **asked: object) -> dict[str, Any]:
    response = await operator.request("GET", REQUESTS, params=WHY | asked)
    assert response.status_code == 200, response.text
    assert response.headers["Cache-Control"] == "no-store"
    answer: dict[str, Any] = response.json()
    return answer


async def list_audit(operator: MemberClient, **asked: object) -> dict[str, Any]:
    response = await operator.request("GET", LOOKUPS, params=asked)
    assert response.status_code == 200, response.text
    assert response.headers["Cache-Control"] == "no-store"
    answer: dict[str, Any] = response.json()
    return answer


async def count_audit_records(uows: UnitOfWorkFactory) -> int:
    uow = uows.read()
    return int(await uow.connection.scalar(text("SELECT count(*) FROM audit_log_entry")))
