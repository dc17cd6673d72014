"""Who looks into the address log is on record."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.errors import Unavailable
from dressform.policy.operation_data import LOOKUP
from dressform.repositories.audit_log_entries import AuditLogEntries
from tests.conftest import MovableClock
from tests.helpers.access_log import insert_entries, list_records, make_entry
from tests.helpers.members import CreateMember, MemberClient
from tests.helpers.operators import (
    FOUR,
    REQUESTS,
    SIX,
    WHY,
    account_id,
    become_operator,
    count_audit_records,
    grant_operator,
    list_audit,
    search_log,
)


@pytest.fixture
async def operator(app: FastAPI, ada: MemberClient) -> MemberClient:
    return await become_operator(app, ada)


@pytest.mark.parametrize(
    ("network", "recorded", "length"),
    [
        (FOUR, "203.0.113.0/24", 32),
        ("203.0.113.77/25", "203.0.113.0/24", 25),
        ("203.0.113.77/24", "203.0.113.0/24", 24),
        ("203.0.0.0/16", "203.0.0.0/16", 16),
        ("0.0.0.0/0", "0.0.0.0/0", 0),
        ("::ffff:203.0.113.77", "203.0.113.0/24", 32),
        ("::ffff:203.0.0.0/112", "203.0.0.0/16", 16),
        (SIX, "2001:db8:7::/48", 128),
        ("2001:DB8:7:1::/64", "2001:db8:7::/48", 64),
        ("2001:db8::/32", "2001:db8::/32", 32),
    ],
)
async def test_no_address_lives_on_in_the_record(
    operator: MemberClient, uows: UnitOfWorkFactory, *, network: str, recorded: str, length: int
) -> None:
    await insert_entries(uows, make_entry(uows.clock(), FOUR), make_entry(uows.clock(), SIX))

    await search_log(operator, network=network, full="true", route="/docs")

    (record,) = (await list_audit(operator))["items"]
    assert (record["asked"]["network"], record["asked"]["prefix_length"]) == (recorded, length)
    assert record["shown"] == 1
    assert FOUR not in str(record)
    assert SIX not in str(record)


async def test_of_its_own_look_up_the_log_keeps_nothing_but_the_route(
    app: FastAPI, operator: MemberClient
) -> None:
    before = len(await list_records(app))
    await search_log(operator, network=FOUR, route="/nowhere")

    (row,) = (await list_records(app))[before:]
    assert (row.route, row.method, row.status) == (REQUESTS, "GET", 200)
    assert str(row.address) == "127.0.0.1"


@pytest.mark.parametrize(
    ("error", "status"), [(RuntimeError("disk full"), 500), (Unavailable(retry_after=5), 503)]
)
async def test_what_cannot_be_recorded_is_not_shown(
    operator: MemberClient,
    uows: UnitOfWorkFactory,
    monkeypatch: pytest.MonkeyPatch,
    *,
    error: Exception,
    status: int,
) -> None:
    await insert_entries(uows, make_entry(uows.clock(), FOUR, route="/nowhere"))

    async def refuse(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(AuditLogEntries, "add", refuse)
    response = await operator.request("GET", REQUESTS, params=WHY | {"full": "true"})

    assert response.status_code == status
    assert "203.0.113" not in response.text
    assert "/nowhere" not in response.text


async def test_a_record_is_committed_before_the_answer_leaves(
    app: FastAPI, operator: MemberClient, uows: UnitOfWorkFactory
) -> None:
    seen: list[int] = []
    inner = app.middleware_stack
    assert inner is not None

    async def watched(scope: Any, receive: Any, send: Any) -> None:
        async def counting(message: Any) -> None:
            if message["type"] == "http.response.start":
                seen.append(await count_audit_records(uows))
            await send(message)

        await inner(scope, receive, counting)

    app.middleware_stack = watched
    await search_log(operator)

    assert seen == [1]


async def test_records_come_in_pages_the_latest_first(
    operator: MemberClient, uows: UnitOfWorkFactory, create_member: CreateMember
) -> None:
    grace = await create_member("grace")
    await grant_operator(uows, grace)
    for number in range(5):
        await search_log((operator, grace)[number % 2], reason=f"The reason number {number}.")

    first = await list_audit(operator, limit=3)
    second = await list_audit(grace, limit=3, cursor=first["next"])

    assert [one["reason"][-2] for one in first["items"]] == ["4", "3", "2"]
    assert [one["reason"][-2] for one in second["items"]] == ["1", "0"]
    assert [one["operator"]["username"] for one in second["items"]] == ["grace", "ada"]
    assert second["next"] is None


async def test_the_record_outlives_the_operators_account(
    operator: MemberClient, uows: UnitOfWorkFactory, create_member: CreateMember
) -> None:
    grace = await create_member("grace")
    await grant_operator(uows, grace)
    looked = str(await account_id(uows, operator))
    await search_log(operator)
    erased = await operator.request(
        "POST", "/v1/privacy/erasure", json={"password": operator.password}
    )
    assert erased.status_code == 204

    (record,) = (await list_audit(grace))["items"]
    assert record["operator"] == {"id": looked, "username": None}


async def test_a_record_is_kept_for_six_months(operator: MemberClient, clock: MovableClock) -> None:
    await search_log(operator)
    end = LOOKUP.period.expires_at(clock())

    clock.at = end - timedelta(seconds=1)
    await operator.sign_in()
    before = (await list_audit(operator))["items"]
    clock.at = end
    after = (await list_audit(operator))["items"]

    assert (len(before), after) == (1, [])


async def test_the_reason_is_not_to_be_read_in_the_table(
    operator: MemberClient, uows: UnitOfWorkFactory
) -> None:
    request_id = str(uuid4())
    await search_log(operator, request_id=request_id, route="/nowhere")

    uow = uows.read()
    (row,) = (
        await uow.connection.execute(text("SELECT audit_log_entry::text FROM audit_log_entry"))
    ).scalars()

    for value in (WHY["reason"], request_id, "/nowhere"):
        assert value not in row
        assert value.encode().hex() not in row
