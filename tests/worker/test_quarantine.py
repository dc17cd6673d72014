"""One bad row stops nobody: here one that another table of the site's own clings to."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.policy.account_data import MODEL, PROFILE
from dressform.policy.category import Category
from dressform.policy.operation_data import RETENTION_RUN
from dressform.repositories.owners import Owner
from dressform.worker.enforce import RunResult, enforce
from tests.conftest import WITHOUT_CLOCK_GUARD
from tests.helpers.coarse_times import end_of
from tests.helpers.retention import add_account, counts

BEGAN = datetime(2026, 8, 31, 15, 30, 45, tzinfo=UTC)
END = end_of(PROFILE, BEGAN)
HOUR = timedelta(hours=1)


@pytest.fixture
async def undeletable_row(uows: UnitOfWorkFactory) -> AsyncIterator[UnitOfWorkFactory]:
    """A table whose rows keep an account, or a model, from being deleted."""
    async with uows.transaction() as uow:
        for name in ("account", "model"):
            await uow.connection.execute(
                text(f"CREATE TABLE clings_to_{name} (id uuid REFERENCES {name})")
            )
    yield uows
    async with uows.transaction() as uow:
        await uow.connection.execute(text("DROP TABLE clings_to_account, clings_to_model"))


async def cling(uows: UnitOfWorkFactory, owner: Owner) -> None:
    async with uows.transaction() as uow:
        await uow.connection.execute(
            text("INSERT INTO clings_to_account VALUES (:id)"), {"id": owner.account_id}
        )


async def enforced(
    uows: UnitOfWorkFactory, at: datetime, category: Category = PROFILE
) -> RunResult:
    report = await enforce(category, uows, now=at, scheduled_for=at, guard=WITHOUT_CLOCK_GUARD)
    assert report is not None
    return report


async def aside(uows: UnitOfWorkFactory) -> list[tuple[object, ...]]:
    uow = uows.read()
    rows = await uow.connection.execute(
        text("SELECT rule, row_id, attempts, retry_at, error FROM quarantined_row")
    )
    return [tuple(row) for row in rows]


async def test_the_others_end(
    undeletable_row: UnitOfWorkFactory, caplog: pytest.LogCaptureFixture
) -> None:
    owners = [await add_account(undeletable_row, BEGAN, f"ada{n}") for n in range(5)]
    await cling(undeletable_row, owners[2])

    report = await enforced(undeletable_row, END)

    assert report.rows == 4
    left = await counts(undeletable_row)
    assert {left[name] for name in ("account", "account_key", "profile", "model", "avatar")} == {1}
    assert await aside(undeletable_row) == [
        ("profile", owners[2].account_id, 1, END + HOUR, "SQLSTATE 23503")
    ]
    assert f"row {owners[2].account_id} is quarantined (SQLSTATE 23503)" in caplog.text


async def test_it_is_tried_again_and_less_and_less_often(
    undeletable_row: UnitOfWorkFactory,
) -> None:
    owner = await add_account(undeletable_row, BEGAN)
    await cling(undeletable_row, owner)
    at, waits = END, []
    for _ in range(7):
        await enforced(undeletable_row, at)
        ((_, _, attempts, retry_at, _),) = await aside(undeletable_row)
        assert isinstance(retry_at, datetime)
        early = await enforced(undeletable_row, retry_at - timedelta(seconds=1))
        assert (early.rows, (await aside(undeletable_row))[0][2]) == (0, attempts)
        waits.append((retry_at - at) / HOUR)
        at = retry_at

    assert waits == [1, 2, 4, 8, 16, 24, 24]


async def test_it_ends_when_nothing_keeps_it_any_more(undeletable_row: UnitOfWorkFactory) -> None:
    owner = await add_account(undeletable_row, BEGAN)
    await cling(undeletable_row, owner)
    await enforced(undeletable_row, END)
    async with undeletable_row.transaction() as uow:
        await uow.connection.execute(text("DELETE FROM clings_to_account"))

    assert (await enforced(undeletable_row, END + HOUR)).rows == 1
    assert (await counts(undeletable_row))["account"] == 0
    # The record of a row that is gone is of no use; it goes after its own window at the latest.
    await enforced(undeletable_row, end_of(RETENTION_RUN, END), RETENTION_RUN)
    assert await aside(undeletable_row) == []


async def test_a_bad_model_keeps_its_account_and_no_other(
    undeletable_row: UnitOfWorkFactory,
) -> None:
    """The account can't go without it."""
    owners = [await add_account(undeletable_row, BEGAN, f"ada{n}") for n in range(3)]
    async with undeletable_row.transaction() as uow:
        await uow.connection.execute(
            text("INSERT INTO clings_to_model SELECT id FROM model WHERE account_id = :id"),
            {"id": owners[0].account_id},
        )

    assert (await enforced(undeletable_row, END)).rows == 2
    assert (await enforced(undeletable_row, END, MODEL)).rows == 0

    assert [row[0] for row in await aside(undeletable_row)] == ["profile", "model"]
    assert (await counts(undeletable_row))["account"] == 1
