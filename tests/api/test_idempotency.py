"""Safe retries: a request whose response was lost is sent again, and adds nothing twice."""

import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from dressform.db.tables import IdempotentRequest, Model
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.repositories.idempotent_requests import MAX_REQUESTS
from tests.conftest import MovableClock
from tests.helpers.assertions import assert_problem
from tests.helpers.auth import renew
from tests.helpers.databases import count_rows
from tests.helpers.members import CreateMember, MemberClient
from tests.helpers.models import MODELS, create_model, create_variant

KEY = '"8e03978e-40d5-43dd-bc93-6894a57f9324"'
BODY = {"name": "Me", "breasts": True, "measurements": {"chest": 1105}}
FILE = b"chest,1105,mm"


async def add(
    member: MemberClient, key: str | None = KEY, path: str = MODELS, **more: Any
) -> httpx.Response:
    headers = {} if key is None else {"Idempotency-Key": key}
    more = more or {"json": BODY}
    return await member.request("POST", path, headers=headers, **more)


async def test_a_repeated_request_adds_one_model(
    ada: MemberClient, uows: UnitOfWorkFactory
) -> None:
    first, again = await add(ada), await add(ada)
    bare = await add(ada, KEY.strip('"'))

    assert first.status_code == again.status_code == bare.status_code == 201
    assert first.json() == again.json() == bare.json()
    for header in ("Location", "ETag"):
        assert first.headers[header] == again.headers[header]
    assert await count_rows(uows, Model) == 1


async def test_without_a_key_or_with_another_one_more_are_added(
    ada: MemberClient, uows: UnitOfWorkFactory
) -> None:
    for key in (None, None, KEY, "other"):
        assert (await add(ada, key)).status_code == 201

    assert await count_rows(uows, Model) == 4


async def test_a_key_with_another_request_is_refused(
    ada: MemberClient, uows: UnitOfWorkFactory
) -> None:
    await add(ada)

    for path, more in (
        (MODELS, {"json": BODY | {"name": "Another"}}),
        (f"{MODELS}?unit=in", {"json": BODY}),
        (f"{MODELS}/import", {"content": FILE}),
    ):
        response = await add(ada, path=path, **more)
        assert_problem(response, 422, "idempotency-key-reused")
        assert response.json()["errors"][0]["pointer"] == "header/Idempotency-Key"
    assert await count_rows(uows, Model) == 1


async def test_of_many_at_once_one_adds_and_others_are_told(
    ada: MemberClient, uows: UnitOfWorkFactory
) -> None:
    answers = await asyncio.gather(*(add(ada) for _ in range(8)))

    assert {answer.status_code for answer in answers} <= {201, 409}
    made = [answer.json()["id"] for answer in answers if answer.status_code == 201]
    assert len(set(made)) == 1
    for answer in answers:
        if answer.status_code == 409:
            assert_problem(answer, 409, "request-in-progress")
            assert answer.headers["Retry-After"] == "1"
    assert await count_rows(uows, Model) == 1


async def test_while_the_first_is_being_answered_the_second_is_told(
    ada: MemberClient, uows: UnitOfWorkFactory
) -> None:
    async with uows.transaction() as uow:
        await uow.connection.execute(text("LOCK TABLE avatar IN ACCESS EXCLUSIVE MODE"))
        model = asyncio.create_task(add(ada))
        await asyncio.sleep(0.5)
        second = await add(ada)

    assert_problem(second, 409, "request-in-progress")
    assert (await model).status_code == 201


async def test_a_refused_request_can_be_corrected_with_its_key(ada: MemberClient) -> None:
    refused = await add(ada, json={"name": "x"})
    corrected = await add(ada)

    assert (refused.status_code, corrected.status_code) == (422, 201)


async def test_an_import_adds_its_models_once(ada: MemberClient, uows: UnitOfWorkFactory) -> None:
    path = f"{MODELS}/import"
    tried = await add(ada, path=f"{path}?dry_run=true", content=FILE)
    assert tried.json()["items"][0]["model"] is None

    first = await add(ada, path=path, content=FILE)
    again = await add(ada, path=path, content=FILE)

    assert first.status_code == again.status_code == 200, first.text
    assert first.json() == again.json()
    assert first.json()["items"][0]["model"]["measurements"] == {"chest": 1105}
    assert await count_rows(uows, Model) == 1


async def test_a_copy_is_made_once_with_its_variants(
    ada: MemberClient, uows: UnitOfWorkFactory
) -> None:
    base = await create_model(ada)
    await create_variant(ada, base)
    path = f"{MODELS}/{base['id']}/copy"

    first, again = [await add(ada, path=path, json={}) for _ in range(2)]

    assert first.json() == again.json()
    assert await count_rows(uows, Model) == 4


async def test_what_was_deleted_since_is_not_added_again(
    ada: MemberClient, uows: UnitOfWorkFactory
) -> None:
    made = await add(ada)
    imported = await add(ada, "file", f"{MODELS}/import", content=FILE)
    for model_id in (made.json()["id"], imported.json()["items"][0]["model"]["id"]):
        await ada.request("DELETE", f"{MODELS}/{model_id}")

    again = await add(ada)
    file = await add(ada, "file", f"{MODELS}/import", content=FILE)

    assert_problem(again, 404, "not-found")
    assert file.json()["items"][0]["model"] is None
    assert await count_rows(uows, Model) == 0


async def test_a_key_is_one_of_its_account(
    ada: MemberClient, create_member: CreateMember, uows: UnitOfWorkFactory
) -> None:
    eve = await create_member("eve")

    assert (await add(ada)).json()["id"] != (await add(eve)).json()["id"]
    hashes = text("SELECT count(DISTINCT key_hash) FROM idempotent_request")
    assert await uows.read().connection.scalar(hashes) == 2


async def test_a_key_lasts_a_day(
    ada: MemberClient, clock: MovableClock, uows: UnitOfWorkFactory
) -> None:
    first = await add(ada)
    clock.advance(hours=22, minutes=59)
    await renew(ada)
    assert (await add(ada)).json()["id"] == first.json()["id"]

    clock.advance(hours=1, minutes=1)
    await renew(ada)
    fresh = await add(ada)

    assert fresh.json()["id"] != first.json()["id"]
    assert await count_rows(uows, IdempotentRequest) == 1


@pytest.mark.parametrize("key", ["", " ", "x" * 201, "two words", "caf\u00e9"])
async def test_a_key_that_is_none_is_refused(ada: MemberClient, key: str) -> None:
    headers = {"Idempotency-Key": key.encode("latin-1")}

    response = await ada.request("POST", MODELS, json=BODY, headers=headers)

    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "header/Idempotency-Key"


async def test_it_is_exported_and_erased_with_the_account(
    ada: MemberClient, uows: UnitOfWorkFactory
) -> None:
    made = await add(ada)

    export = (await ada.request("GET", "/v1/privacy/export")).json()
    await ada.request("POST", "/v1/privacy/erasure", json={"password": ada.password})

    (request,) = export["repeated_requests"]
    assert request["models"] == [made.json()["id"]]
    assert request["made_at"].endswith(":00:00Z")
    assert await count_rows(uows, IdempotentRequest) == 0


async def test_no_key_and_no_id_of_a_model_is_stored_in_clear(
    ada: MemberClient, uows: UnitOfWorkFactory
) -> None:
    made = await add(ada)

    rows = await uows.read().connection.execute(text("SELECT * FROM idempotent_request"))
    stored = repr([tuple(row) for row in rows])

    assert KEY.strip('"') not in stored
    assert made.json()["id"] not in stored


async def test_an_account_holds_so_many_keys_and_no_more(
    ada: MemberClient, uows: UnitOfWorkFactory
) -> None:
    for number in range(3):
        location = (await add(ada, f"key-{number}")).headers["Location"]
        await ada.request("DELETE", location)
    more = text(
        "INSERT INTO idempotent_request (id, account_id, key_hash, created_at, sealed) SELECT "
        "gen_random_uuid(), account_id, uuid_send(gen_random_uuid()), created_at, '' FROM "
        f"idempotent_request, generate_series(1, {MAX_REQUESTS})"
    )
    async with uows.transaction() as uow:
        await uow.connection.execute(more)

    await add(ada, "last")

    assert await count_rows(uows, IdempotentRequest) == MAX_REQUESTS


async def test_a_form_with_another_boundary_is_the_same_request(
    ada: MemberClient, uows: UnitOfWorkFactory
) -> None:
    """Browsers choose the boundary anew when the same form is sent again."""
    answers = []
    for boundary in ("one", "other"):
        body = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'
        headers = {
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Idempotency-Key": "a-form",
        }
        content = body.encode() + FILE + f"\r\n--{boundary}--\r\n".encode()
        answers.append(
            await ada.request("POST", f"{MODELS}/import", content=content, headers=headers)
        )

    assert [answer.status_code for answer in answers] == [200, 200]
    assert await count_rows(uows, Model) == 1
