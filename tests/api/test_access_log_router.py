"""Looking into the address log: for operators, and for nobody else."""

import httpx
import pytest
from fastapi import FastAPI

from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.repositories.operators import Operators
from tests.helpers.assertions import assert_problem
from tests.helpers.members import CreateMember, MemberClient
from tests.helpers.operators import (
    LOOKUPS,
    REQUESTS,
    WHY,
    account_id,
    become_operator,
    count_audit_records,
    list_audit,
)


@pytest.fixture
async def operator(app: FastAPI, ada: MemberClient) -> MemberClient:
    return await become_operator(app, ada)


@pytest.mark.parametrize("path", [REQUESTS, LOOKUPS])
async def test_other_members_are_refused_whatever_they_ask(
    uows: UnitOfWorkFactory, ada: MemberClient, client: httpx.AsyncClient, path: str
) -> None:
    """Who asks comes before what is asked."""
    for asked in (WHY, {}, {"nonsense": "1", "limit": "-1"}):
        assert_problem(await client.get(path, params=asked), 401, "unauthenticated")
        assert_problem(await ada.request("GET", path, params=asked), 403, "not-an-operator")

    assert await count_audit_records(uows) == 0


@pytest.mark.parametrize("path", [REQUESTS, LOOKUPS])
async def test_an_operator_is_one_as_long_as_that_holds(
    operator: MemberClient, uows: UnitOfWorkFactory, path: str
) -> None:
    """At once, with the token that was good a moment ago."""

    async def asked() -> httpx.Response:
        return await operator.request("GET", path, params=WHY)

    async def restrict(*, restricted: bool) -> None:
        body = {"restricted": restricted, "password": operator.password}
        assert (await operator.request("PUT", "/v1/privacy/restriction", json=body)).is_success

    assert (await asked()).is_success
    await restrict(restricted=True)
    assert_problem(await asked(), 403, "account-restricted")
    await restrict(restricted=False)
    assert (await asked()).is_success
    async with uows.transaction() as uow:
        await Operators(uow).remove(await account_id(uows, operator))
    assert_problem(await asked(), 403, "not-an-operator")


@pytest.mark.parametrize("path", [REQUESTS, LOOKUPS])
@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_there_is_nothing_but_looking(
    operator: MemberClient, uows: UnitOfWorkFactory, path: str, method: str
) -> None:
    response = await operator.request(method, path, params=WHY)

    assert response.status_code == 405
    assert response.headers["Allow"] == "GET"
    assert await count_audit_records(uows) == 0


async def test_a_body_says_nothing(operator: MemberClient, uows: UnitOfWorkFactory) -> None:
    """Neither in place of the query nor beside it."""
    alone = await operator.request("GET", REQUESTS, json=WHY)
    beside = await operator.request("GET", REQUESTS, params=WHY, json={"full": True})

    assert_problem(alone, 422, "invalid-input")
    assert beside.is_success
    (record,) = (await list_audit(operator))["items"]
    assert record["asked"]["full"] is False


async def test_the_export_says_who_operates_the_site(
    operator: MemberClient, create_member: CreateMember
) -> None:
    grace = await create_member("grace")

    exported = [
        (await person.request("GET", "/v1/privacy/export")).json() for person in (operator, grace)
    ]
    assert [one["operator"] for one in exported] == [True, False]

    body = {"restricted": True, "password": operator.password}
    await operator.request("PUT", "/v1/privacy/restriction", json=body)
    assert (await operator.request("GET", "/v1/privacy/export")).json()["operator"] is True
