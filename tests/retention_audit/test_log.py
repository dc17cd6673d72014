"""The days of the address log: in it, cut off from it, or half cut off."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from sqlalchemy import text

from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.policy.notice import get_category
from dressform.policy.operation_data import VISITOR
from dressform.retention_audit import log
from dressform.retention_audit.auditor import Auditor
from dressform.retention_audit.findings import Findings
from dressform.retention_audit.log import audit_access_log
from dressform.retention_audit.rows import count_rows
from dressform.retention_audit.rule_findings import RowCount
from dressform.settings.settings import Settings
from tests.conftest import MovableClock
from tests.helpers.access_log import as_log_role
from tests.helpers.coarse_times import kept_from
from tests.helpers.databases import NEEDS_A_SESSION
from tests.helpers.retention import add_everything, add_visit

AT = datetime(2026, 3, 31, 12, tzinfo=UTC)
END = VISITOR.period.expires_at(AT)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
async def no_days(uows: UnitOfWorkFactory) -> AsyncIterator[None]:
    """Of other tests, and none for them."""
    await drop_all(uows)
    yield
    await drop_all(uows)


async def drop_all(uows: UnitOfWorkFactory) -> None:
    async with as_log_role(uows) as uow:
        names = await uow.connection.scalars(
            text("SELECT relname FROM pg_class WHERE relkind = 'r' AND relname ~ '^access_log_'")
        )
        for name in names.all():
            await uow.connection.execute(text(f"DROP TABLE {name}"))


async def command(uows: UnitOfWorkFactory, *commands: str) -> None:
    async with as_log_role(uows) as uow:
        for one in commands:
            await uow.connection.execute(text(one))


def visitors(findings: Findings) -> RowCount:
    (rows,) = (rule.rows for rule in findings.rules if rule.key == "visitor")
    return rows


async def test_a_row_in_a_day_cut_off_is_counted_as_ever(
    auditor: Auditor, uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    await add_visit(uows, AT)
    await command(uows, "ALTER TABLE access_log DETACH PARTITION access_log_20260331")

    found = []
    for clock.at in (AT, END, END + DAY + SECOND):
        findings = await auditor.run_audit()
        found.append((findings.orphans, visitors(findings), findings.verdict == "overdue"))

    assert found == [
        (1, RowCount(AT, 0, 0), False),
        (1, RowCount(AT, 1, 0), True),
        (1, RowCount(AT, 0, 1), True),
    ]


@NEEDS_A_SESSION
async def test_an_interrupted_cut_is_found(
    auditor: Auditor, uows: UnitOfWorkFactory, clock: MovableClock, settings: Settings
) -> None:
    """Pending: part of the log in name, but no query on the log finds its rows any more."""
    await add_visit(uows, AT)
    await _interrupt_detaching(settings, "access_log_20260331")
    clock.at = END + DAY + SECOND

    findings = await auditor.run_audit()

    async with as_log_role(uows) as uow:
        assert (await uow.connection.scalar(text("SELECT count(*) FROM access_log"))) == 0
    assert (findings.orphans, visitors(findings)) == (1, RowCount(AT, 0, 1))


async def test_rows_of_a_day_under_another_name_are_found(
    auditor: Auditor, uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    """Whatever is a part of the log counts by what it holds."""
    await add_visit(uows, AT)
    await command(
        uows,
        "ALTER TABLE access_log_20260331 RENAME TO access_log_strange",
        "CREATE TABLE access_log_default PARTITION OF access_log DEFAULT",
        f"INSERT INTO access_log VALUES ('{AT + DAY}', '203.0.113.9', 'GET', '/', 200, 1, "
        "gen_random_uuid())",
    )
    clock.at = END + 3 * DAY

    findings = await auditor.run_audit()

    assert (findings.orphans, visitors(findings)) == (0, RowCount(AT, 0, 2))


async def test_the_oldest_is_that_of_the_first_day_that_is_not_empty(
    auditor: Auditor, uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    for ago in range(4):
        await add_visit(uows, AT - ago * DAY)
    await command(uows, "TRUNCATE access_log_20260328", "DELETE FROM access_log_20260329")
    clock.at = AT

    assert visitors(await auditor.run_audit()) == RowCount(AT - DAY, 0, 0)


async def test_days_of_the_future_are_looked_into_whatever_is_there_before(
    auditor: Auditor, uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    for ahead in (0, 1, 2, 3):
        await add_visit(uows, AT + ahead * DAY)
    clock.at = AT

    findings = await auditor.run_audit()

    assert visitors(findings) == RowCount(AT, future=2)
    assert findings.verdict == "late"


async def test_an_orphan_that_is_young_hides_no_older_day(
    auditor: Auditor, uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    await add_visit(uows, AT)
    await add_visit(uows, AT - DAY)
    await command(uows, "ALTER TABLE access_log DETACH PARTITION access_log_20260331")
    clock.at = AT

    assert visitors(await auditor.run_audit()) == RowCount(AT - DAY, 0, 0)


async def test_a_day_that_is_dropped_meanwhile_holds_nothing(
    uows: UnitOfWorkFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add_visit(uows, AT)

    async def drop_first(*arguments: object) -> RowCount:
        await command(uows, "DROP TABLE IF EXISTS access_log_20260331")
        return await count_rows(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("dressform.retention_audit.log.count_rows", drop_first)

    assert (await audit_access_log(uows, END)).rows == RowCount(None, 0, 0)


@pytest.mark.parametrize("table", ["access_log", "access_log_20260331"])
async def test_a_log_that_somebody_locks_is_unknown_and_late(
    auditor: Auditor,
    uows: UnitOfWorkFactory,
    clock: MovableClock,
    monkeypatch: pytest.MonkeyPatch,
    table: str,
) -> None:
    """What is known of other rules is told all the same."""
    monkeypatch.setattr(log, "LOCK_TIMEOUT", "100ms")
    await add_everything(uows, AT)
    clock.at = AT
    async with as_log_role(uows) as uow:
        await uow.connection.execute(text(f"LOCK {table}"))
        locked = await auditor.run_audit()
    free = await auditor.run_audit()

    assert [(rule.key, rule.rows) for rule in locked.rules if rule.unknown] == [
        ("visitor", RowCount())
    ]
    oldest = {rule.key: rule.rows.oldest_at for rule in locked.rules if not rule.unknown}
    assert oldest == {key: kept_from(get_category(key), AT) for key in oldest}
    assert (locked.verdict, free.verdict) == ("late", "kept")
    assert visitors(free) == RowCount(AT)


async def test_what_is_enough_is_enough(
    auditor: Auditor, uows: UnitOfWorkFactory, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a year of overdue days would take minutes to count."""
    for ago in range(4):
        await add_visit(uows, AT - ago * DAY)
    clock.at = END + 2 * DAY
    monkeypatch.setattr(log, "MAX_COUNTED", 2)

    findings = await auditor.run_audit()

    assert visitors(findings) == RowCount(AT - 3 * DAY, 0, 2)
    assert findings.verdict == "overdue"


async def _interrupt_detaching(settings: Settings, name: str) -> None:
    """The first of its two transactions has ended, the second waits for a reader and is cancelled."""
    assert settings.database_url is not None
    url = settings.database_url.get_secret_value().replace("+asyncpg", "")
    reader, detaching = await asyncpg.connect(url), await asyncpg.connect(url)
    await reader.execute("BEGIN; SET LOCAL ROLE dressform_log; SELECT at FROM access_log")
    await detaching.execute("SET ROLE dressform_log")
    with pytest.raises(asyncio.TimeoutError):
        await detaching.execute(
            f"ALTER TABLE access_log DETACH PARTITION {name} CONCURRENTLY", timeout=1
        )
    await detaching.close()
    await reader.close()
