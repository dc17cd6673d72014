"""The audit states each window for itself; here it is held against the policy, and the tables."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from dressform.db.tables import Base
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.policy.account_data import RESTRICTED
from dressform.policy.notice import CATEGORIES, get_category
from dressform.policy.operation_data import VISITOR as VISITOR_CATEGORY
from dressform.repositories.expired_rows import MAX_GRACE_PERIOD, MIN_NOTICE
from dressform.retention_audit.audited_tables import (
    AUDITED_TABLES,
    RULES,
    VISITOR,
    AuditedTable,
    add_interval_sql,
    address_expires_at,
)

MOMENTS = [
    datetime(2023, 8, 31, 23, 59, 59, 999999, tzinfo=UTC),
    datetime(2024, 2, 29, 1, 30, tzinfo=UTC),
    datetime(2024, 3, 31, 1, 30, tzinfo=UTC),
    datetime(2026, 10, 25, 2, 30, tzinfo=UTC),
    datetime(2026, 12, 31, 12, tzinfo=UTC),
]
WARNED = {"profile", "model"}
ACCOUNT_COLUMNS = ("created_at", "last_login_at", "month_of_login", "warned_at", "restricted_at")

windows = pytest.mark.parametrize(
    "window", [VISITOR, *AUDITED_TABLES], ids=lambda one: one.from_sql
)


async def computed(
    uows: UnitOfWorkFactory, window: AuditedTable, expression: str, **columns: object
) -> datetime:
    """An expression of the audit's over a row that is in no table."""
    everything: dict[str, object] = dict.fromkeys(ACCOUNT_COLUMNS) | columns
    row = ", ".join(f"CAST(:{name} AS timestamptz) AS {name}" for name in everything)
    query = f"SELECT {expression} FROM (SELECT {row}) AS account"
    async with uows.transaction() as uow:
        # As behind a pooler that forgets the time zone which was asked for.
        await uow.connection.execute(text("SET LOCAL TIME ZONE 'Europe/Paris'"))
        found: datetime = (await uow.connection.execute(text(query), everything)).scalar_one()
        return found


def test_the_rules_are_those_of_the_policy() -> None:
    assert set(RULES) == {category.key for category in CATEGORIES}


def test_every_table_that_a_window_looks_after_is_looked_into() -> None:
    """Those with an end of their own, and the one that ends by days."""
    ending = {
        column.table.name
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if column.name.endswith(("expires_at", "expire_at"))
    }

    looked_into = {
        name for one in AUDITED_TABLES for name in one.from_sql.split() if name in ending
    }
    assert looked_into == ending
    assert VISITOR.from_sql == "access_log"


@windows
@pytest.mark.parametrize("moment", MOMENTS, ids=str)
async def test_a_window_ends_when_the_policy_says(
    uows: UnitOfWorkFactory, window: AuditedTable, moment: datetime
) -> None:
    columns = dict.fromkeys(
        (
            "created_at",
            "last_login_at",
            "month_of_login",
            "hour",
            "at",
            "started_at",
            "released_at",
            "imported_at",
        ),
        moment,
    )

    found = await computed(uows, window, window.expiry_sql, **columns)

    assert found == get_category(window.rule).period.expires_at(moment)


@windows
def test_a_window_counts_from_what_the_policy_says(window: AuditedTable) -> None:
    assert window.start_sql.replace("account.", "") == get_category(window.rule).clock_column_sql


@windows
def test_only_accounts_and_their_models_wait_for_a_warning(window: AuditedTable) -> None:
    assert window.of_account == (window.rule in WARNED)


@pytest.mark.parametrize(
    ("warned", "due"),
    [
        (None, MAX_GRACE_PERIOD),
        (timedelta(days=-30), timedelta(0)),
        (-MIN_NOTICE, timedelta(0)),
        (timedelta(days=-6), timedelta(days=1)),
        (timedelta(days=10), timedelta(days=17)),
        (timedelta(days=24), MAX_GRACE_PERIOD),
    ],
)
@pytest.mark.parametrize(
    "window", [each for each in AUDITED_TABLES if each.of_account], ids=lambda one: one.rule
)
async def test_an_account_is_due_when_its_owner_was_warned_for_a_week(
    uows: UnitOfWorkFactory, window: AuditedTable, warned: timedelta | None, due: timedelta
) -> None:
    moment = MOMENTS[0]
    end = get_category(window.rule).period.expires_at(moment)
    warned_at = None if warned is None else end + warned

    found = await computed(
        uows, window, window.deadline_sql, last_login_at=moment, warned_at=warned_at
    )

    assert found == end + due


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
@pytest.mark.parametrize(
    "window", [each for each in AUDITED_TABLES if each.of_account], ids=lambda one: one.rule
)
async def test_a_restricted_account_ends_when_the_policy_says(
    uows: UnitOfWorkFactory, window: AuditedTable, moment: datetime
) -> None:
    columns = {"last_login_at": moment, "restricted_at": moment}

    found = await computed(uows, window, window.expiry_sql, **columns)
    promised = await computed(uows, window, window.period_end_sql, **columns)

    assert promised == get_category(window.rule).period.expires_at(moment)
    assert found == RESTRICTED.period.expires_at(promised)


@given(st.integers(0, 4_000_000_000))
def test_a_line_ends_when_the_policy_says(seconds: int) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)

    assert address_expires_at(moment) == VISITOR_CATEGORY.period.expires_at(moment)


async def test_an_hour_is_an_hour_when_the_clocks_change(uows: UnitOfWorkFactory) -> None:
    expression = add_interval_sql("created_at", "1 day")

    found = await computed(
        uows, VISITOR, expression, created_at=datetime(2026, 3, 28, 12, tzinfo=UTC)
    )

    assert found == datetime(2026, 3, 29, 12, tzinfo=UTC)
