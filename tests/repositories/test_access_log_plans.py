"""How the server searches the address log: by day, and by index."""

import re
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from dressform.db.unit_of_work import TransactionalUnitOfWork, UnitOfWorkFactory
from dressform.policy.operation_data import VISITOR
from tests.conftest import MovableClock
from tests.helpers.access_log import (
    as_log_role,
    ensure_partitions,
    insert_entries,
    make_entry,
    make_uuid7,
    search_entries,
)
from tests.helpers.databases import watch_statements

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


class Plans:
    """What the server would do, for each question that a search asks."""

    def __init__(self, uows: UnitOfWorkFactory) -> None:
        self._uows = uows

    async def of(self, **wanted: Any) -> list[str]:
        asked: list[tuple[str, list[Any]]] = []
        with watch_statements(lambda *statement: asked.append(statement)):
            await search_entries(self._uows, **wanted)
        async with as_log_role(self._uows) as uow:
            return [
                await self._explained(uow, *one) for one in asked if "FROM access_log" in one[0]
            ]

    async def _explained(self, uow: TransactionalUnitOfWork, sql: str, arguments: list[Any]) -> str:
        rows = await uow.connection._driver.fetch(f"EXPLAIN {sql}", *arguments)
        return "\n".join(row[0] for row in rows)


@pytest.fixture
async def busy(uows: UnitOfWorkFactory, clock: MovableClock) -> Plans:
    """A fortnight of three thousand visits a day, from as many addresses."""
    began = clock().replace(hour=0)
    days = [began - day * DAY for day in range(14)]
    await ensure_partitions(uows, days)
    async with as_log_role(uows) as uow:
        for day in days:
            await uow.connection.execute(
                text(
                    "INSERT INTO access_log SELECT CAST(:day AS timestamptz) + n * interval '28s', "
                    "inet '10.0.0.0' + n, 'GET', '/docs', 200, 1, gen_random_uuid() "
                    "FROM generate_series(0, 2999) AS n"
                ),
                {"day": day},
            )
        await uow.connection.execute(text("ANALYZE access_log"))
    return Plans(uows)


def days_in(plan: str) -> set[str]:
    return set(re.findall(r"\baccess_log_(\d{8})\b", plan))


async def test_only_the_days_that_were_asked_for_are_read(busy: Plans, clock: MovableClock) -> None:
    (plan,) = await busy.of(since=clock() - DAY, until=clock())
    assert days_in(plan) == {"20260228", "20260301"}

    (paged,) = await busy.of(since=clock() - 5 * DAY, before=(clock() - 4 * DAY, UUID(int=0)))
    assert days_in(paged) == {"20260224", "20260225"}


async def test_days_past_the_window_are_not_read(busy: Plans, clock: MovableClock) -> None:
    clock.at = VISITOR.period.expires_at(datetime(2026, 2, 28, 1, tzinfo=UTC))

    (plan,) = await busy.of()

    # Days that other tests made may follow.
    assert min(days_in(plan)) == "20260228"


async def test_an_address_is_found_by_its_index(busy: Plans, clock: MovableClock) -> None:
    lately = {"since": clock() - 4 * DAY, "until": clock()}
    for network in ("10.0.1.7/32", "10.0.1.0/29"):
        (plan,) = await busy.of(network=ip_network(network), **lately)

        assert "Seq Scan" not in plan
        assert len(re.findall(r"(?:using|on) \w+_address_idx", plan)) == 5


async def test_a_request_is_looked_for_on_its_own_day_first(
    busy: Plans, uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    made = clock() - 3 * DAY
    (request_id,) = await insert_entries(uows, make_entry(made, request_id=make_uuid7(made)))

    (plan,) = await busy.of(request_id=request_id)
    near, everywhere = await busy.of(request_id=make_uuid7(made))

    assert days_in(plan) == days_in(near) == {"20260226"}
    assert len(days_in(everywhere)) >= 14
