"""What the findings amount to as time passes, with a worker and without."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.policy.operation_data import LOOKUP
from dressform.policy.sign_in_data import SESSION
from dressform.repositories.retention_runs import RetentionRuns
from dressform.retention_audit.audited_tables import RULES
from dressform.retention_audit.auditor import Auditor
from dressform.retention_audit.findings import Findings
from dressform.retention_audit.rule_findings import (
    PurgeBlock,
    RowCount,
    RuleFindings,
    SpoolFindings,
)
from tests.conftest import MovableClock
from tests.helpers.coarse_times import end_of
from tests.helpers.retention import add_account, add_everything

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
INTERVAL = timedelta(minutes=5)


def findings(*rules: RuleFindings, at: datetime = AT) -> Findings:
    return Findings(at, INTERVAL, rules, 0, SpoolFindings(0, 0, RowCount()))


def rule(
    key: str = "mail", *, last: datetime | None = AT, oldest: datetime | None = None
) -> RuleFindings:
    return RuleFindings(key, RowCount(oldest), last, 0, None)


@pytest.mark.parametrize(
    ("ago", "verdict"),
    [
        (timedelta(0), "kept"),
        (5 * INTERVAL, "kept"),
        (5 * INTERVAL + SECOND, "late"),
        (DAY, "late"),
        (DAY + SECOND, "overdue"),
        (-400 * DAY, "kept"),
    ],
)
def test_it_turns_by_itself_without_rounds(ago: timedelta, verdict: str) -> None:
    """However healthy the others are; before the first round it counts from the first row."""
    healthy = rule("session")

    assert findings(healthy, rule(last=AT - ago)).verdict == verdict
    unseen = rule("lookup", last=None, oldest=AT - ago)
    assert findings(healthy, unseen).verdict == verdict
    assert findings(healthy, rule(last=AT - ago, oldest=AT - 90 * DAY)).verdict == verdict


def test_the_last_round_is_that_of_the_rule_furthest_behind() -> None:
    behind = findings(rule("session"), rule(last=AT - DAY), rule("lookup", last=None))

    assert behind.last_run_at == AT - DAY
    assert findings(rule(last=None)).last_run_at is None


def test_what_hampers_a_rule_makes_it_late() -> None:
    held = replace(rule(), block=PurgeBlock("too many", 5, AT, None))

    assert findings(replace(rule(), quarantined=1)).verdict == "late"
    assert findings(replace(rule(), rows=RowCount(AT, future=1))).verdict == "late"
    assert findings(held).verdict == "late"
    assert findings(replace(held, rows=RowCount(AT, 0, 1))).verdict == "overdue"
    assert findings(replace(rule(), rows=RowCount(AT, 1, 0))).verdict == "kept"


def test_nothing_is_negative_when_the_clock_is_set_back() -> None:
    back = findings(rule(last=AT, oldest=AT), at=AT - 400 * DAY)

    assert back.time_since(AT) == timedelta(0)
    assert back.verdict == "kept"


async def rounds(uows: UnitOfWorkFactory, at: datetime, *, without: str | None = None) -> None:
    """The ledger of a worker that enforced each rule but one."""
    async with uows.transaction(now=at) as uow:
        for category in RULES:
            if category != without:
                await _round(RetentionRuns(uow), category, at)


async def _round(retention: RetentionRuns, key: str, at: datetime) -> None:
    run = await retention.claim(key, at)
    assert run is not None
    await retention.finish(run, rows=0, seconds=0.1)


async def test_a_dead_worker_is_noticed_though_nothing_is_due(
    auditor: Auditor, uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    await add_account(uows, clock())
    await rounds(uows, clock())
    seen = []

    for after in (timedelta(0), timedelta(minutes=26), DAY + SECOND):
        clock.at = AT + after
        found = await auditor.run_audit()
        seen.append((found.verdict, found.overdue, found.last_run_at))

    assert seen == [("kept", 0, AT), ("late", 0, AT), ("overdue", 0, AT)]


async def test_a_rule_that_is_never_enforced_is_noticed_among_the_others(
    auditor: Auditor, uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    """First by its missing rounds, then by its rows."""
    await add_everything(uows, clock())
    clock.at += DAY + SECOND
    await rounds(uows, clock(), without="lookup")

    missed = await auditor.run_audit()
    clock.at = end_of(LOOKUP, AT) + DAY + SECOND
    await rounds(uows, clock())
    left = await auditor.run_audit()

    assert missed.verdict == "overdue"
    assert {one.key for one in missed.rules if one.last_run_at is None} == {"lookup"}
    assert {one.key for one in left.rules if one.rows.overdue} >= {"lookup"}
    assert left.verdict == "overdue"


async def test_a_round_of_a_clock_that_ran_ahead_proves_nothing(
    auditor: Auditor, uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    await add_account(uows, clock())
    await rounds(uows, AT)
    await rounds(uows, AT + 400 * DAY)
    clock.at = AT + DAY + SECOND

    found = await auditor.run_audit()

    assert (found.verdict, found.last_run_at) == ("overdue", AT)


async def test_an_unfinished_round_is_none(
    auditor: Auditor, uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    async with uows.transaction() as uow:
        assert await RetentionRuns(uow).claim(SESSION.key, clock())

    assert (await auditor.run_audit()).last_run_at is None
