"""Who is in the sums is who is marked, whatever happens between reading and marking."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from dressform.actions import take_contributions as taking
from dressform.actions.take_contributions import (
    DrawScope,
    PartialSums,
    read_contributions,
    take_contributions,
)
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.opendata.codebook import CORE
from dressform.opendata.sums import Sums
from dressform.repositories import contributions
from dressform.repositories.contributions import Contributions
from tests.opendata.members import WITHDRAW_SQL, consent_again_sql, create_members

YEAR, ALL, PAGE = 2026, 20, 7
TAKEN = DrawScope(CORE)

GOES = {
    "withdraws": WITHDRAW_SQL,
    "agrees anew, too late": consent_again_sql("2026-03-01"),
    "agreed to a text that promised more": consent_again_sql("2026-01-01", version="1"),
    "is erased": "DELETE FROM account WHERE id = $1",
    "is restricted": "UPDATE account SET restricted_at = created_at WHERE id = $1",
    "comes to its end": "UPDATE account SET last_login_at = '2024-01-01' WHERE id = $1",
    "removes the model": "DELETE FROM model WHERE account_id = $1",
    "gives in another draw": "UPDATE dataset_consent SET drawn_year = 2025 WHERE account_id = $1",
}


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contributions, "BATCH", PAGE)
    monkeypatch.setattr(taking, "_MARK_BATCH", 3)


async def read(uows: UnitOfWorkFactory, db_connection: asyncpg.Connection) -> list[PartialSums]:
    await create_members(uows, db_connection, ALL)
    await db_connection.execute("UPDATE dataset_consent SET times_counted = 1")
    return await read_contributions(uows, YEAR, TAKEN)


async def take(uows: UnitOfWorkFactory, parts: list[PartialSums]) -> Sums:
    async with uows.transaction() as uow:
        return await take_contributions(uow, parts, YEAR, TAKEN)


async def marked(db_connection: asyncpg.Connection) -> set[UUID]:
    rows = await db_connection.fetch(
        "SELECT account_id FROM dataset_consent WHERE drawn_year = $1", YEAR
    )
    return {row["account_id"] for row in rows}


def ids(parts: list[PartialSums]) -> list[UUID]:
    return [each for part in parts for each in part.account_ids]


async def test_all_pages_are_added_up_and_all_of_them_are_marked(
    uows: UnitOfWorkFactory, db_connection: asyncpg.Connection
) -> None:
    parts = await read(uows, db_connection)
    assert [len(part.account_ids) for part in parts] == [7, 7, 6]

    exact = await take(uows, parts)

    assert exact.flags.tolist() == [ALL, 0]
    assert exact.histograms[0].sum(axis=1).tolist() == [ALL] * len(CORE.items)
    assert await marked(db_connection) == set(ids(parts))


@pytest.mark.parametrize("what", GOES)
async def test_whoever_goes_after_the_count_is_not_read(
    uows: UnitOfWorkFactory, db_connection: asyncpg.Connection, what: str
) -> None:
    gone = ids(await read(uows, db_connection))[0]
    await db_connection.execute(GOES[what], gone)

    assert gone not in ids(await read_contributions(uows, YEAR, TAKEN))


@pytest.mark.parametrize("what", GOES)
async def test_whoever_goes_before_the_mark_gives_nothing(
    uows: UnitOfWorkFactory, db_connection: asyncpg.Connection, what: str
) -> None:
    parts = await read(uows, db_connection)
    gone = ids(parts)[PAGE + 2]
    await db_connection.execute(GOES[what], gone)

    exact = await take(uows, parts)

    assert exact.flags.tolist() == [ALL - 1, 0]
    assert exact.histograms[0].sum(axis=1).tolist() == [ALL - 1] * len(CORE.items)
    assert await marked(db_connection) == set(ids(parts)) - {gone}


async def test_whoever_is_withdrawing_just_now_is_neither_waited_for_nor_marked(
    uows: UnitOfWorkFactory, db_connection: asyncpg.Connection
) -> None:
    parts = await read(uows, db_connection)
    gone = ids(parts)[0]

    async with db_connection.transaction():
        await db_connection.execute(GOES["withdraws"], gone)
        exact = await take(uows, parts)

    assert exact.flags.tolist() == [ALL - 1, 0]
    assert await marked(db_connection) == set(ids(parts)) - {gone}


@pytest.mark.parametrize("what", ["is restricted", "removes the model"])
async def test_whoever_goes_after_the_mark_is_taken_out_before_the_noise(
    uows: UnitOfWorkFactory,
    db_connection: asyncpg.Connection,
    monkeypatch: pytest.MonkeyPatch,
    what: str,
) -> None:
    """Neither touches the consent, which is all that a mark holds."""
    parts = await read(uows, db_connection)
    gone = ids(parts)[0]
    monkeypatch.setattr(
        Contributions, "list_withdrawn", just_after(db_connection, GOES[what], gone)
    )

    exact = await take(uows, parts)

    assert exact.flags.tolist() == [ALL - 1, 0]
    assert await marked(db_connection) == set(ids(parts)) - {gone}


@pytest.mark.parametrize("hours", [0, 9], ids=["at midnight", "in the morning"])
async def test_whom_a_draw_may_have_had_that_is_made_known_meanwhile_gives_nothing(
    uows: UnitOfWorkFactory,
    db_connection: asyncpg.Connection,
    monkeypatch: pytest.MonkeyPatch,
    hours: int,
) -> None:
    """Of a draw only the day is known: whoever registered on it may have been in it."""
    parts = await read(uows, db_connection)
    await db_connection.execute(
        "UPDATE account SET created_at = created_at + make_interval(hours => $1)", hours
    )
    made_known = (
        "INSERT INTO dataset_draw (year, proposed_at, drawn_at, restored_at)"
        " SELECT 2025, now(), date_trunc('day', created_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC',"
        " now() FROM account WHERE id = $1 ON CONFLICT DO NOTHING"
    )
    looked = just_after(db_connection, made_known, ids(parts)[0])
    monkeypatch.setattr(Contributions, "list_withdrawn", looked)

    exact = await take(uows, parts)

    assert exact.flags.tolist() == [0, 0]
    assert await marked(db_connection) == set()


def just_after(db_connection: asyncpg.Connection, change: str, gone: UUID) -> Callable[..., Any]:
    looked = Contributions.list_withdrawn

    async def changed_first(*arguments: Any) -> set[UUID]:
        await db_connection.execute(change, gone)
        return await looked(*arguments)

    return changed_first


async def test_another_choice_counts(
    uows: UnitOfWorkFactory, db_connection: asyncpg.Connection
) -> None:
    """The model that was read is not the one they want to give: it waits for the next year."""
    parts = await read(uows, db_connection)
    other = await db_connection.fetchval(
        "INSERT INTO model (id, account_id, position, version, sealed)"
        " SELECT gen_random_uuid(), account_id, position + 1, 1, sealed FROM model"
        " WHERE account_id = $1 RETURNING id",
        ids(parts)[0],
    )
    await db_connection.execute(
        "UPDATE dataset_consent SET model_id = $1 WHERE account_id = $2", other, ids(parts)[0]
    )

    exact = await take(uows, parts)

    assert exact.flags.tolist() == [ALL - 1, 0]
    assert await marked(db_connection) == set(ids(parts)[1:])


async def test_a_draw_refers_to_the_act_under_which_it_took_the_body(
    uows: UnitOfWorkFactory, db_connection: asyncpg.Connection
) -> None:
    """The act stays when they agree again later, and a mark that is taken back refers to none."""
    parts = await read(uows, db_connection)
    first, second, gone = ids(parts)[:3]
    await db_connection.execute(consent_again_sql("2026-02-02"), first)
    standing = dict(await db_connection.fetch("SELECT account_id, given_id FROM dataset_consent"))
    await db_connection.execute(GOES["is restricted"], gone)

    await take(uows, parts)

    await db_connection.execute(consent_again_sql("2026-04-04"), second)
    under = dict(await db_connection.fetch("SELECT account_id, drawn_under FROM dataset_consent"))
    assert under == standing | {gone: None}
    assert await db_connection.fetchval(
        "SELECT acted_at FROM dataset_consent_act WHERE id = $1", under[first]
    ) == datetime(2026, 2, 2, tzinfo=UTC)


async def test_nobody_gives_twice(
    uows: UnitOfWorkFactory, db_connection: asyncpg.Connection
) -> None:
    parts = await read(uows, db_connection)
    await take(uows, parts)

    exact = await take(uows, parts)

    assert not any(group.any() for group in exact.groups.values())


async def test_a_flag_that_is_not_taken_gives_nothing_and_is_not_marked(
    uows: UnitOfWorkFactory, db_connection: asyncpg.Connection
) -> None:
    await create_members(uows, db_connection, 5, breasts=False)
    taken = DrawScope(CORE, ["without_breasts"])
    await read(uows, db_connection)
    parts = await read_contributions(uows, YEAR, taken)

    async with uows.transaction() as uow:
        exact = await take_contributions(uow, parts, YEAR, taken)

    assert exact.flags.tolist() == [0, 5]
    assert await marked(db_connection) == set(ids(parts))
    assert len(ids(parts)) == 5
