"""What is found in the tables. No worker runs here: rows are put in, and time passes."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from dressform.clock import now
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.policy.account_data import MODEL, PROFILE
from dressform.policy.category import Category
from dressform.policy.notice import CATEGORIES
from dressform.repositories.models import Models
from dressform.retention_audit.audited_tables import AUDITED_TABLES
from dressform.retention_audit.auditor import Auditor
from dressform.retention_audit.rows import count_rows
from dressform.retention_audit.rule_findings import RowCount, RuleFindings
from dressform.sewing.body import BodyMeasurements
from tests.conftest import MovableClock
from tests.helpers import retention_trouble as trouble
from tests.helpers.coarse_times import end_of, kept_from
from tests.helpers.databases import rolled_back
from tests.helpers.retention import add_account, add_everything

BEGAN = datetime(2026, 3, 31, 15, 30, 45, tzinfo=UTC)
DAY = timedelta(days=1)
DOCUMENT = Path(__file__).parents[2] / "docs" / "retention.md"
SECOND = timedelta(seconds=1)

categories = pytest.mark.parametrize("category", CATEGORIES, ids=lambda category: category.key)


async def found(auditor: Auditor, category: Category) -> RuleFindings:
    (rule,) = (one for one in (await auditor.run_audit()).rules if one.key == category.key)
    return rule


async def change(uows: UnitOfWorkFactory, command: str, **values: object) -> None:
    async with uows.transaction() as uow:
        await uow.connection.execute(text(command), values)


@categories
async def test_a_row_is_overdue_a_day_after_its_window(
    auditor: Auditor, uows: UnitOfWorkFactory, clock: MovableClock, category: Category
) -> None:
    """A second decides, at both ends."""
    await add_everything(uows, BEGAN)
    end = end_of(category, BEGAN)
    seen = []

    for at in (BEGAN, end - SECOND, end, end + DAY, end + DAY + SECOND):
        clock.at = at
        seen.append((await found(auditor, category)).rows)

    oldest = kept_from(category, BEGAN)
    assert seen == [
        RowCount(oldest, waiting=0, overdue=0),
        RowCount(oldest, waiting=0, overdue=0),
        RowCount(oldest, waiting=1, overdue=0),
        RowCount(oldest, waiting=1, overdue=0),
        RowCount(oldest, waiting=0, overdue=1),
    ]


@categories
async def test_a_row_from_the_future_is_told(
    auditor: Auditor, uows: UnitOfWorkFactory, clock: MovableClock, category: Category
) -> None:
    """A second decides: it would stay for as much longer as the clock ran ahead."""
    await add_everything(uows, BEGAN)
    seen = []

    oldest = kept_from(category, BEGAN)
    for at in (oldest - 100 * DAY, oldest - DAY - SECOND, oldest - DAY):
        clock.at = at
        seen.append((await found(auditor, category)).rows)

    assert seen == [RowCount(oldest, future=1), RowCount(oldest, future=1), RowCount(oldest)]


async def test_what_the_documentation_says_puts_it_right(
    auditor: Auditor, uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    """By the database's clock, which nobody moves."""
    clock.at = now()
    await add_everything(uows, clock.at + 100 * DAY)
    (commands,) = re.findall(r"```sql\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    async with uows.transaction() as uow:
        for command in commands.split(";")[:-1]:
            await uow.connection.execute(text(command))

    findings = await auditor.run_audit()

    left = {rule.key for rule in findings.rules if rule.rows.future}
    assert left == {
        "former-username",
        "imported-account",
        "sign-up",
        "confirmed-link",
        "one-time-token",
        "mail",
        "attempt",
        "lookup",
        "retention-run",
    }


@categories
async def test_other_rules_are_not_blamed(
    auditor: Auditor, uows: UnitOfWorkFactory, clock: MovableClock, category: Category
) -> None:
    await add_everything(uows, BEGAN)
    clock.at = end_of(category, BEGAN) + DAY + SECOND
    shorter = {one.key for one in CATEGORIES if end_of(one, BEGAN) + DAY < clock.at}

    findings = await auditor.run_audit()

    assert {rule.key for rule in findings.rules if rule.rows.overdue} == shorter
    assert findings.overdue == len(shorter)
    assert category.key in shorter


async def test_nothing_is_kept_of_nothing(auditor: Auditor) -> None:
    findings = await auditor.run_audit()

    assert {rule.rows for rule in findings.rules} == {RowCount(None, 0, 0)}
    assert (findings.verdict, findings.orphans, findings.last_run_at) == ("kept", 0, None)


@pytest.mark.parametrize(
    ("warned", "due"),
    [(None, 30 * DAY), (5 * DAY, 12 * DAY), (-8 * DAY, 0 * DAY), (29 * DAY, 30 * DAY)],
)
async def test_who_was_not_warned_in_time_stays_longer_but_locked(
    auditor: Auditor,
    uows: UnitOfWorkFactory,
    clock: MovableClock,
    warned: timedelta | None,
    due: timedelta,
) -> None:
    await add_account(uows, BEGAN)
    end = end_of(PROFILE, BEGAN)
    warned_at = None if warned is None else end + warned
    await change(uows, "UPDATE account SET warned_at = :at", at=warned_at)

    for at, overdue in [(end, 0), (end + due + DAY, 0), (end + due + DAY + SECOND, 1)]:
        clock.at = at
        for rule in (await auditor.run_audit()).rules:
            if rule.key in {"profile", "model"}:
                late = due > timedelta(0)
                unwarned = rule.rows.unwarned.rows
                assert (unwarned, rule.rows.overdue) == (late and not overdue, overdue)
                assert rule.rows.waiting == (not late and not overdue)


async def test_each_model_is_counted_and_nobody_without(
    auditor: Auditor, uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    ada = await add_account(uows, BEGAN)
    bob = await add_account(uows, BEGAN - DAY, "bob")
    await change(uows, "DELETE FROM model WHERE account_id = :id", id=bob.account_id)
    async with uows.transaction(now=BEGAN) as uow:
        await Models(uow).add(ada, name="Sam", body=BodyMeasurements(breasts=True))
    clock.at = end_of(PROFILE, BEGAN)

    assert (await found(auditor, MODEL)).rows == RowCount(
        kept_from(MODEL, BEGAN), waiting=2, overdue=0
    )
    assert (await found(auditor, PROFILE)).rows.oldest_at == kept_from(PROFILE, BEGAN - DAY)


async def test_a_login_begins_the_window_anew(
    auditor: Auditor, uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    await add_account(uows, BEGAN)
    await change(uows, "UPDATE account SET last_login_at = :at", at=BEGAN + 100 * DAY)
    clock.at = end_of(PROFILE, BEGAN) + 32 * DAY

    rule = await found(auditor, PROFILE)

    assert rule.rows == RowCount(BEGAN + 100 * DAY, waiting=0, overdue=0)


async def test_wrong_ends_in_the_table_do_not_deceive(uows: UnitOfWorkFactory) -> None:
    """As if a migration had computed them from a longer window, or not at all."""
    await add_everything(uows, BEGAN)
    at = end_of(PROFILE, BEGAN) + 32 * DAY
    tables = {window.from_sql.split()[0] for window in AUDITED_TABLES}
    async with rolled_back(uows) as uow:
        for table in tables:
            await uow.connection.execute(text(f"ALTER TABLE {table} DROP COLUMN expires_at"))
        await uow.connection.execute(text("ALTER TABLE account DROP COLUMN models_expire_at"))
        overdue = [
            (await count_rows(uow.connection, window, at)).overdue for window in AUDITED_TABLES
        ]

    assert overdue == [
        0 if window.from_sql == "quarantined_row" else 1 for window in AUDITED_TABLES
    ]


async def test_rows_set_aside_are_counted_and_have_a_window(
    auditor: Auditor, uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    clock.at = BEGAN
    await trouble.set_aside(uows, BEGAN)

    young = await auditor.run_audit()
    clock.at = datetime(2026, 10, 2, tzinfo=UTC)
    old = await auditor.run_audit()

    assert {rule.key: rule.quarantined for rule in young.rules if rule.quarantined} == {"mail": 1}
    assert young.verdict == "late"
    assert {rule.key: rule.rows.overdue for rule in old.rules if rule.rows.overdue} == {
        "retention-run": 1
    }


async def test_a_hold_is_told_with_its_reason(
    auditor: Auditor, uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    await trouble.hold(uows, clock())

    findings = await auditor.run_audit()

    assert findings.verdict == "late"
    (hold,) = (rule.block for rule in findings.rules if rule.block)
    assert (hold.reason, hold.rows, hold.blocked_at) == ("too many at once", 7, clock())


@pytest.mark.parametrize("category", CATEGORIES, ids=lambda one: one.key)
def test_rows_that_store_a_coarse_time_are_not_late_at_once(category: Category) -> None:
    """Before the first run of a rule, a time that is stored by day counts from the day's end."""
    at = datetime(2026, 3, 30, 23, 59, 59, tzinfo=UTC)
    rows = RowCount(oldest_at=kept_from(category, at))

    seen = RuleFindings(
        category.key, rows, last_run_at=None, quarantined=0, block=None
    ).last_seen_at

    assert seen is not None
    assert seen >= at
