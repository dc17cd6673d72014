import re
from datetime import timedelta

import pytest
from sqlalchemy import Computed, text

from dressform.db.tables import Base
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.policy.account_data import MIN_NOTICE, MODEL, PROFILE
from dressform.policy.category import Category
from dressform.policy.notice import CATEGORIES, INTERNAL, get_category, notice
from dressform.policy.operation_data import VISITOR
from dressform.policy.periods import CalendarMonths, FixedPeriod

COLUMNS = [column for table in Base.metadata.sorted_tables for column in table.columns]
KEYS = {category.key for category in CATEGORIES}

NOTICE = {"visitor": CalendarMonths(6), "profile": CalendarMonths(12), "model": CalendarMonths(12)}
"""What the notice promises in so many words."""

ENDS = {
    "account.expires_at": PROFILE,
    "account.models_expire_at": MODEL,
    "sign_up.expires_at": get_category("sign-up"),
    "former_username.expires_at": get_category("former-username"),
    "imported_account.expires_at": get_category("imported-account"),
    "confirmed_link.expires_at": get_category("confirmed-link"),
    "session.expires_at": get_category("session"),
    "one_time_token.expires_at": get_category("one-time-token"),
    "mail.expires_at": get_category("mail"),
    "attempt_count.expires_at": get_category("attempt"),
    "audit_log_entry.expires_at": get_category("lookup"),
    "retention_run.expires_at": get_category("retention-run"),
    "quarantined_row.expires_at": get_category("retention-run"),
}


@pytest.mark.parametrize("column", COLUMNS, ids=str)
def test_every_column_belongs_to_a_category(column: object) -> None:
    assert column.info.get("category") in KEYS | {INTERNAL}  # type: ignore[attr-defined]


def test_only_tables_without_persons_are_machinery() -> None:
    found = {c.table.name for c in COLUMNS if c.info["category"] == INTERNAL}

    editions = {"dataset_draw", "dataset_edition", "dataset_file", "deletion_mark"}
    assert (
        found
        == {"service_secret", "spool_offset", "purge_block", "mail_outage", "mail_count"} | editions
    )


def test_every_category_has_columns() -> None:
    assert {column.info["category"] for column in COLUMNS} - {INTERNAL} == KEYS


def test_the_windows_are_those_of_the_notice() -> None:
    assert {key: get_category(key).period for key in NOTICE} == NOTICE


def test_extensions_are_those_of_accounts_and_models_alone() -> None:
    found = {
        category.key: {one.key: one.period for one in category.extensions}
        for category in CATEGORIES
        if category.extensions
    }

    longer = {"unwarned": FixedPeriod(timedelta(days=30)), "restricted": CalendarMonths(24)}
    assert found == {"profile": longer, "model": longer}
    assert FixedPeriod(timedelta(days=7)) == MIN_NOTICE


@pytest.mark.parametrize("category", notice(), ids=lambda category: category.key)
def test_every_category_is_told_in_both_languages(category: Category) -> None:
    extensions = [one.text for one in category.extensions]
    for told in (
        category.data,
        category.purpose,
        category.starts_at_text,
        category.on_expiry_text,
        *extensions,
    ):
        assert told.en.strip()
        assert told.fr.strip()
        assert told.en != told.fr
    assert re.fullmatch(r"GDPR Art\. \d+\(\d\)(\([a-f]\))?", category.legal_basis)


def test_every_window_but_that_of_the_log_is_a_column() -> None:
    """The access log ends by whole days instead."""
    computed = {
        str(column): get_category(column.info["category"]) for column in COLUMNS if column.computed
    }

    assert computed == ENDS
    assert KEYS - {category.key for category in ENDS.values()} == {VISITOR.key}


@pytest.mark.parametrize("name", ENDS)
def test_a_computed_end_is_that_of_the_policy(name: str) -> None:
    table, column = name.split(".")
    found = Base.metadata.tables[table].columns[column].computed
    category = ENDS[name]

    assert isinstance(found, Computed)
    assert str(found.sqltext) == category.row_expiry_sql


@pytest.mark.parametrize("name", ENDS)
async def test_the_database_computes_what_the_policy_says(
    uows: UnitOfWorkFactory, name: str
) -> None:
    """PostgreSQL spells an expression its own way: the same one is spelt on a table beside it."""
    table, column = name.split(".")
    category = ENDS[name]
    expression = category.row_expiry_sql
    async with uows.transaction() as uow:
        await uow.connection.execute(
            text(f"CREATE TEMP TABLE beside (LIKE {table}) ON COMMIT DROP")
        )
        await uow.connection.execute(
            text(
                f"ALTER TABLE beside ADD expected timestamptz GENERATED ALWAYS AS ({expression}) STORED"
            )
        )
        spelt = text(
            "SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef JOIN pg_attribute "
            "ON attrelid = adrelid AND attnum = adnum "
            "WHERE adrelid = CAST(:relation AS regclass) AND attname = :column"
        )
        ours = {"relation": table, "column": column}
        present = (await uow.connection.execute(spelt, ours)).scalar_one()
        theirs = {"relation": "pg_temp.beside", "column": "expected"}
        expected = (await uow.connection.execute(spelt, theirs)).scalar_one()

    assert present == expected


def test_there_is_no_category_of_another_name() -> None:
    with pytest.raises(KeyError):
        get_category("everything")
