"""What is found in the address log, and how it is shown."""

from datetime import timedelta

import pytest
from fastapi import FastAPI

from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.errors import FieldError, SearchTooBroad
from dressform.repositories.access_log import AccessLogEntries
from tests.conftest import MovableClock
from tests.helpers.access_log import insert_entries, list_records, make_entry
from tests.helpers.assertions import assert_problem
from tests.helpers.members import MemberClient
from tests.helpers.operators import (
    FOUR,
    REQUESTS,
    SIX,
    WHY,
    account_id,
    become_operator,
    count_audit_records,
    list_audit,
    search_log,
)

DAY = timedelta(days=1)


@pytest.fixture
async def operator(app: FastAPI, ada: MemberClient) -> MemberClient:
    return await become_operator(app, ada)


async def test_what_is_shown_and_what_is_recorded(
    operator: MemberClient, uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    clock.advance(minutes=5)
    (request_id,) = await insert_entries(
        uows, make_entry(clock(), FOUR, route="/nowhere", status=503)
    )

    shown = await search_log(operator, network=FOUR, route="/nowhere", status="5xx")
    recorded = await list_audit(operator)

    assert shown == {
        "items": [
            {
                "at": "2026-03-01T12:05:00Z",
                "address": "203.0.113.0/24",
                "method": "GET",
                "route": "/nowhere",
                "status": 503,
                "duration_us": 1800,
                "request_id": str(request_id),
            }
        ],
        "next": None,
    }
    assert recorded == {
        "items": [
            {
                "id": recorded["items"][0]["id"],
                "at": "2026-03-01T12:05:00Z",
                "operator": {"id": str(await account_id(uows, operator)), "username": "ada"},
                **WHY,
                "asked": {
                    "request_id": None,
                    "network": "203.0.113.0/24",
                    "prefix_length": 32,
                    "route": "/nowhere",
                    "status": "5xx",
                    "since": "2026-02-28T12:05:00Z",
                    "until": None,
                    "before": None,
                    "full": False,
                },
                "shown": 1,
            }
        ],
        "next": None,
    }


@pytest.mark.parametrize(
    ("address", "cut"),
    [
        (FOUR, "203.0.113.0/24"),
        (SIX, "2001:db8:7::/48"),
        ("::1", "::/48"),
        # Those that hold the address 203.0.113.9.
        ("2002:cb00:7109::1", "2002:cb00:7100::/40"),
        ("2001:0:4136:e378:8000:63bf:34ff:8ef6", "2001:0:4136::/48"),
        ("64:ff9b::cb00:7109", "64:ff9b::/48"),
        ("64:ff9b:1::cb00:7109", "64:ff9b:1::/48"),
        ("2001:db8:7::5efe:cb00:7109", "2001:db8:7::/48"),
        ("::cb00:7109", "::/48"),
    ],
)
async def test_an_address_is_whole_only_when_that_was_asked_for(
    operator: MemberClient, uows: UnitOfWorkFactory, clock: MovableClock, address: str, cut: str
) -> None:
    await insert_entries(uows, make_entry(clock(), address, route="/nowhere"))

    plain = await search_log(operator, route="/nowhere")
    refused = await search_log(operator, route="/nowhere", full="false")
    full = await search_log(operator, route="/nowhere", full="true")

    found = [page["items"][0]["address"] for page in (plain, refused, full)]
    assert found == [cut, cut, address]
    asked = [one["asked"]["full"] for one in (await list_audit(operator))["items"]]
    assert asked == [True, False, False]


async def test_without_a_time_it_is_the_last_day_and_with_an_id_any_time(
    operator: MemberClient, uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    now = clock()
    old, yesterday, today = await insert_entries(
        uows, *(make_entry(now - ago * DAY, route="/nowhere") for ago in (40, 1, 0))
    )

    async def found(**asked: object) -> list[str]:
        return [one["request_id"] for one in (await search_log(operator, **asked))["items"]]

    assert await found(route="/nowhere") == [str(today), str(yesterday)]
    assert await found(request_id=str(old)) == [str(old)]
    clock.advance(seconds=1)
    assert await found(route="/nowhere") == [str(today)]
    until = (now - 39.5 * DAY).isoformat()
    assert await found(until=until, route="/nowhere") == [str(old)]
    since = "2026-01-01T00:00:00+01:00"
    assert await found(since=since, route="/nowhere") == [str(today), str(yesterday), str(old)]
    assert await found(since=since, request_id=str(old)) == [str(old)]
    assert await found(since=now.isoformat(), request_id=str(old)) == []

    asked = [one["asked"] for one in (await list_audit(operator))["items"]]
    assert [one["since"] for one in asked] == [
        "2026-03-01T12:00:00Z",
        "2025-12-31T23:00:00Z",
        "2025-12-31T23:00:00Z",
        "2026-01-20T00:00:00Z",
        "2026-02-28T12:00:01Z",
        None,
        "2026-02-28T12:00:00Z",
    ]


async def test_a_request_is_found_by_the_id_that_its_answer_had(
    app: FastAPI, operator: MemberClient
) -> None:
    response = await operator.request("GET", "/v1/models/nothing")
    await list_records(app)

    shown = await search_log(operator, request_id=response.headers["X-Request-ID"])

    (found,) = shown["items"]
    assert (found["route"], found["status"]) == ("/v1/models/{model_id}", 422)


async def test_pages_hold_each_request_once_and_each_page_is_recorded(
    operator: MemberClient, uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    ids = await insert_entries(uows, *(make_entry(clock(), route="/nowhere") for _ in range(5)))

    found: list[str] = []
    sizes: list[int] = []
    cursor: dict[str, str] = {}
    while True:
        page = await search_log(operator, route="/nowhere", limit=2, **cursor)
        sizes.append(len(page["items"]))
        found += [one["request_id"] for one in page["items"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}

    assert found == sorted(map(str, ids), reverse=True)
    assert sizes == [2, 2, 1]
    recorded = (await list_audit(operator))["items"]
    assert [one["shown"] for one in recorded] == [1, 2, 2]
    befores = [one["asked"]["before"] for one in recorded]
    assert befores == ["2026-03-01T12:00:00Z", "2026-03-01T12:00:00Z", None]


@pytest.mark.parametrize(("number", "more"), [(500, False), (501, True)])
async def test_the_largest_page(
    operator: MemberClient, uows: UnitOfWorkFactory, clock: MovableClock, number: int, *, more: bool
) -> None:
    await insert_entries(uows, *(make_entry(clock(), route="/nowhere") for _ in range(number)))

    page = await search_log(operator, route="/nowhere", limit=500)

    assert (len(page["items"]), page["next"] is not None) == (500, more)


async def test_too_much_to_search_is_told(
    operator: MemberClient, uows: UnitOfWorkFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: object, **__: object) -> None:
        raise SearchTooBroad(FieldError("query/since", "must be later"))

    monkeypatch.setattr(AccessLogEntries, "search", never)

    response = await operator.request("GET", REQUESTS, params=WHY)

    assert_problem(response, 422, "search-too-broad")
    assert "`since`" in response.json()["detail"]
    assert await count_audit_records(uows) == 0
