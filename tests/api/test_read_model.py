"""Reading one model, which is read most: its answers and its refusals."""

from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text

from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.sewing.catalogue import CATALOGUE
from tests.conftest import MovableClock
from tests.helpers.assertions import assert_problem, comparable_response
from tests.helpers.members import CreateMember, MemberClient
from tests.helpers.models import without_warnings

EVERYTHING = {name: 100.5 + n for n, name in enumerate(CATALOGUE)} | {"shoulderSlope": 13.0}


@pytest.fixture
async def created_model(ada: MemberClient) -> httpx.Response:
    body = {"name": "Me", "breasts": True, "measurements": EVERYTHING}
    return await ada.request("POST", "/v1/models", json=body)


async def test_the_answer_is_that_of_making_it(
    ada: MemberClient, created_model: httpx.Response
) -> None:
    read = await ada.request("GET", created_model.headers["location"])

    assert without_warnings(created_model) == read.json()
    assert read.headers["content-type"] == "application/json"
    assert read.headers["cache-control"] == "no-store"
    assert UUID(read.headers["x-request-id"]).version == 7


async def test_another_spelling_of_the_id_is_the_same_model(
    ada: MemberClient, created_model: httpx.Response
) -> None:
    model_id = UUID(created_model.json()["id"])
    usual = await ada.request("GET", created_model.headers["location"])

    for spelling in (str(model_id).upper(), model_id.hex):
        read = await ada.request("GET", f"/v1/models/{spelling}")
        assert (read.status_code, read.content) == (200, usual.content)


@pytest.mark.parametrize("wrong", ["x", "0" * 35, "g" * 32, "%00", "1-2-3-4-5"])
async def test_what_is_no_id_is_told_so(ada: MemberClient, wrong: str) -> None:
    answer = await ada.request("GET", f"/v1/models/{wrong}")

    assert_problem(answer, 422, "invalid-input")
    assert [error["pointer"] for error in answer.json()["errors"]] == ["path/model_id"]


async def test_anothers_model_is_as_if_there_were_none(
    create_member: CreateMember,
) -> None:
    eve, ada = await create_member("mallory"), await create_member("ada")
    made = await ada.request("POST", "/v1/models", json={"name": "Me", "breasts": True})
    hers = await eve.request("GET", made.headers["location"])
    nobodys = await eve.request("GET", f"/v1/models/{uuid4()}")

    assert_problem(hers, 404, "not-found")
    assert comparable_response(hers) == comparable_response(nobodys)


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer x"}, {"Authorization": "Basic x"}, {"Authorization": "Bearer"}],
)
async def test_nobody_unknown_is_answered(
    client: httpx.AsyncClient, created_model: httpx.Response, headers: dict[str, str]
) -> None:
    answer = await client.get(created_model.headers["location"], headers=headers)

    assert_problem(answer, 401, "unauthenticated")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_an_access_token_that_was_good_a_moment_ago_is_over_to_the_second(
    ada: MemberClient, created_model: httpx.Response, clock: MovableClock
) -> None:
    clock.advance(seconds=599)
    assert (await ada.request("GET", created_model.headers["location"])).status_code == 200
    clock.advance(seconds=1)

    assert_problem(
        await ada.request("GET", created_model.headers["location"]), 401, "unauthenticated"
    )


@pytest.mark.parametrize("table", ["session", "account"])
async def test_what_is_over_is_not_read_although_it_is_still_there(
    ada: MemberClient, created_model: httpx.Response, uows: UnitOfWorkFactory, table: str
) -> None:
    over = {
        "session": "UPDATE session SET month_of_login = month_of_login - interval '1 year'",
        "account": "UPDATE account SET last_login_at = last_login_at - interval '3 years'",
    }[table]
    async with uows.transaction() as uow:
        await uow.connection.execute(text(over))

    assert_problem(
        await ada.request("GET", created_model.headers["location"]), 401, "unauthenticated"
    )


async def test_other_methods_are_told_what_there_is(
    ada: MemberClient, created_model: httpx.Response
) -> None:
    for method in ("HEAD", "PUT", "POST"):
        answer = await ada.client.request(
            method, created_model.headers["location"], headers=ada.headers
        )
        assert answer.status_code == 405
        assert answer.headers["allow"] == "DELETE, GET, PATCH"
