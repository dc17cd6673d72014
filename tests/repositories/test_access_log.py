"""Searching the visitors' addresses."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from dressform.crypto.secrets import timed_id
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.errors import SearchTooBroad
from dressform.policy.operation_data import VISITOR
from dressform.repositories import access_log, access_log_query
from dressform.repositories.access_log_query import AccessLogEntry, PageKey
from tests.conftest import MovableClock
from tests.helpers.access_log import insert_entries, make_entry, make_uuid7, search_entries

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
ADDRESSES = (
    "203.0.112.255",
    "203.0.113.0",
    "203.0.113.9",
    "203.0.113.255",
    "203.0.114.0",
    "2001:db8::",
    "2001:db8:0:ffff:ffff:ffff:ffff:ffff",
    "2001:db8:1::",
    "::",
    "::cb00:7109",
    "255.255.255.255",
)


async def test_a_row_is_given_as_it_was_logged(
    uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    (request_id,) = await insert_entries(
        uows, make_entry(clock(), "2001:db8::7", status=503, duration_us=12)
    )

    assert await search_entries(uows) == [
        AccessLogEntry(clock(), ip_address("2001:db8::7"), "GET", "/docs", 503, 12, request_id)
    ]


@pytest.mark.parametrize(
    ("network", "found"),
    [
        ("203.0.113.9/32", {"203.0.113.9"}),
        ("203.0.113.0/24", {"203.0.113.0", "203.0.113.9", "203.0.113.255"}),
        ("203.0.112.0/23", {"203.0.112.255", "203.0.113.0", "203.0.113.9", "203.0.113.255"}),
        ("0.0.0.0/0", {one for one in ADDRESSES if "." in one}),
        ("::/0", {one for one in ADDRESSES if ":" in one}),
        ("::cb00:7109/128", {"::cb00:7109"}),
        ("2001:db8::/48", {"2001:db8::", "2001:db8:0:ffff:ffff:ffff:ffff:ffff"}),
        ("2001:db8::/128", {"2001:db8::"}),
        ("198.51.100.0/24", set()),
    ],
)
async def test_a_network_is_what_is_in_it(
    uows: UnitOfWorkFactory, clock: MovableClock, network: str, found: set[str]
) -> None:
    await insert_entries(uows, *(make_entry(clock(), address) for address in ADDRESSES))

    rows = await search_entries(uows, network=ip_network(network))

    assert {str(row.address) for row in rows} == found
    assert len(rows) == len(found)


async def test_every_filter_leaves_out_what_does_not_fit(
    uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    at = clock()
    usual: dict[str, Any] = {"route": "/v1/models", "status": 503}
    ids = await insert_entries(
        uows,
        make_entry(at, **usual),
        make_entry(at, **usual | {"route": "/v1/models/{model_id}"}),
        make_entry(at, **usual | {"status": 499}),
        make_entry(at, **usual | {"status": 599}),
        make_entry(at - SECOND, **usual),
        make_entry(at + SECOND, **usual),
        make_entry(at, "203.0.113.8", **usual),
    )

    async def left_out(**wanted: Any) -> set[int]:
        found = {row.request_id for row in await search_entries(uows, **wanted)}
        return {number for number, request_id in enumerate(ids) if request_id not in found}

    assert await left_out() == set()
    assert await left_out(route="/v1/models") == {1}
    assert await left_out(statuses=range(500, 600)) == {2}
    assert await left_out(statuses=range(503, 504)) == {2, 3}
    assert await left_out(since=at) == {4}
    assert await left_out(until=at + SECOND) == {5}
    assert await left_out(network=ip_network("203.0.113.9")) == {6}
    assert await left_out(request_id=ids[4]) == {0, 1, 2, 3, 5, 6}
    both = await left_out(route="/v1/models", statuses=range(500, 600), since=at)
    assert both == {1, 2, 4}


@pytest.mark.parametrize(
    "began",
    [
        datetime(2026, 3, 1, 12, tzinfo=UTC),
        datetime(2025, 8, 31, 13, tzinfo=UTC),
        datetime(2025, 8, 28, 13, tzinfo=UTC),
        datetime(2025, 8, 30, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(2025, 12, 31, tzinfo=UTC),
    ],
)
@pytest.mark.parametrize("by_id", [False, True])
async def test_six_calendar_months_later_a_row_is_not_found(
    uows: UnitOfWorkFactory, clock: MovableClock, began: datetime, *, by_id: bool
) -> None:
    (request_id,) = await insert_entries(uows, make_entry(began, request_id=make_uuid7(began)))
    wanted = {"request_id": request_id} if by_id else {"since": began}
    end = VISITOR.period.expires_at(began)

    clock.at = end - timedelta(microseconds=1)
    before = await search_entries(uows, **wanted)
    clock.at = end
    after = await search_entries(uows, **wanted)

    assert ([row.request_id for row in before], after) == ([request_id], [])


@pytest.mark.parametrize("month", range(1, 13))
async def test_the_days_that_the_server_leaves_out_hold_nothing_alive(
    uows: UnitOfWorkFactory, month: int
) -> None:
    """The plain bound on `at` agrees with the window, around every end of a month."""
    middle = datetime(2027, month, 28, 12, tzinfo=UTC)
    moments = [middle + timedelta(hours=6 * step) for step in range(-4, 20)]
    query = text(
        f"SELECT at, now FROM unnest(CAST(:ats AS timestamptz[])) AS at, "
        f"unnest(CAST(:nows AS timestamptz[])) AS now "
        f"WHERE ({access_log_query._IS_LIVE.replace(':now', 'now')}) IS DISTINCT FROM "
        f"((at AT TIME ZONE 'UTC' + INTERVAL '6 months') AT TIME ZONE 'UTC' > now)"
    )
    nows = [
        VISITOR.period.expires_at(at) + shift for at in moments for shift in (-SECOND, 0 * SECOND)
    ]
    uow = uows.read()
    differing = await uow.connection.execute(query, {"ats": moments, "nows": nows})

    assert differing.all() == []


async def test_pages_of_equal_times_hold_each_row_once(
    uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    ats = [clock(), clock(), clock(), clock() - SECOND, clock() - DAY, clock() - DAY]
    ids = await insert_entries(uows, *(make_entry(at) for at in ats))
    expected = sorted(zip(ats, ids, strict=True), reverse=True)

    for size in (1, 2, 4):
        seen: list[PageKey] = []
        while page := await search_entries(uows, limit=size, before=seen[-1] if seen else None):
            assert len(page) <= size
            seen += [(row.at, row.request_id) for row in page]

        assert seen == expected


@pytest.mark.parametrize(
    "apart", [timedelta(0), timedelta(minutes=4), timedelta(hours=7), timedelta(days=-100)]
)
async def test_a_request_is_found_by_its_id_whatever_the_clock_said(
    uows: UnitOfWorkFactory, clock: MovableClock, apart: timedelta
) -> None:
    wanted, _ = await insert_entries(
        uows,
        make_entry(clock(), request_id=make_uuid7(clock() + apart)),
        make_entry(clock(), request_id=make_uuid7(clock())),
    )

    assert [row.request_id for row in await search_entries(uows, request_id=wanted)] == [wanted]


@pytest.mark.parametrize("request_id", [UUID(int=0), uuid4(), UUID(int=(1 << 128) - 1)])
async def test_an_id_without_a_time_is_looked_for_everywhere(
    uows: UnitOfWorkFactory, clock: MovableClock, request_id: UUID
) -> None:
    await insert_entries(uows, make_entry(clock(), request_id=request_id), make_entry(clock()))

    assert [row.request_id for row in await search_entries(uows, request_id=request_id)] == [
        request_id
    ]


async def test_an_id_of_a_time_that_cannot_be_is_not_found(uows: UnitOfWorkFactory) -> None:
    last = UUID("ffffffff-ffff-7fff-bfff-ffffffffffff")

    assert await search_entries(uows, request_id=last) == []
    assert await search_entries(uows, request_id=timed_id()) == []


async def test_too_long_a_search_is_told(
    uows: UnitOfWorkFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access_log, "_SETTINGS", text("SET LOCAL statement_timeout = '1ms'"))
    monkeypatch.setattr(access_log_query, "_IS_LIVE", "pg_sleep(1) IS NOT NULL AND at < :now")
    await insert_entries(uows, make_entry(uows.clock() - DAY))

    with pytest.raises(SearchTooBroad) as raised:
        await search_entries(uows)

    assert [error.pointer for error in raised.value.errors] == ["query/since"]
