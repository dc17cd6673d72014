"""The report that `dressform retention` prints, from the ledger of runs and the audit."""

from datetime import datetime

import typer

from dressform.bootstrap import bootstrap
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.policy.account_data import RESTRICTED, UNWARNED
from dressform.policy.category import Category
from dressform.policy.notice import CATEGORIES
from dressform.policy.operation_data import VISITOR
from dressform.policy.sign_in_data import MAIL
from dressform.repositories.purge_blocks import StoredPurgeBlock
from dressform.repositories.retention_runs import RetentionRuns, RuleStatus, RunSummary
from dressform.retention_audit.auditor import Auditor
from dressform.retention_audit.findings import Findings
from dressform.retention_audit.rule_findings import PurgeBlock as AuditedPurgeBlock
from dressform.retention_audit.rule_findings import RuleFindings
from dressform.settings.settings import Settings

_LINE = "{:<16} {:<10} {:<20} {:<20} {:<20} {:>8} {:>8} {:>8}"
_HEADING = ("rule", "period", "oldest", "next expiry", "last run", "rows", "waiting", "overdue")


async def show_retention(settings: Settings) -> None:
    """Run the audit now, and print one line per rule and the reasons of the verdict."""
    async with bootstrap(settings) as (uows, _):
        spools = settings.state_dir / "spool"
        findings = await Auditor(uows, spools, interval=settings.worker_interval).run_audit()
        typer.echo(_LINE.format(*_HEADING))
        for category in CATEGORIES:
            typer.echo(await _format_line(category, uows, findings))
    typer.echo(f"\nThe notice is {findings.verdict}.")
    for text in (
        *_format_access_log(findings),
        *_format_mail(findings),
        *(line for rule in findings.rules for line in _format_rule(rule)),
    ):
        typer.echo(text)
    if findings.reasons:
        typer.echo(f"Not kept because of: {', '.join(findings.reasons)}.")


async def _format_line(category: Category, uows: UnitOfWorkFactory, findings: Findings) -> str:
    rows = next(rule.rows for rule in findings.rules if rule.key == category.key)
    uow = uows.read()
    last = await RetentionRuns(uow).get_last_run(category)
    standing = await RetentionRuns(uow).get_rule_status(category)
    if category is VISITOR and rows.oldest_at is not None:
        standing = RuleStatus(rows.oldest_at, category.period.expires_at(rows.oldest_at))
    return _LINE.format(
        category.key,
        category.period.format("en"),
        _format_time(standing.oldest_at),
        _format_time(standing.next_expiry_at),
        *_format_run(last),
        rows.waiting,
        rows.overdue,
    )


def _format_run(last: RunSummary | None) -> tuple[str, str]:
    return (
        (_format_time(None), "")
        if last is None
        else (_format_time(last.finished_at), str(last.rows))
    )


def _format_access_log(findings: Findings) -> list[str]:
    spools = findings.spools
    oldest = _format_time(spools.lines.oldest_at)
    lines = [f"Spools here: {spools.files} ({spools.bytes} bytes), oldest line {oldest}."]
    if spools.unreadable:
        lines.append(f"Spools here that can't be read: {spools.unreadable}.")
    if findings.deletion_files:
        lines.append(
            f"Files of the deletion journal here that should be gone: {findings.deletion_files}."
        )
    if findings.orphans:
        lines.append(f"Days cut off from the log and not dropped: {findings.orphans}.")
    return lines


def _format_mail(findings: Findings) -> list[str]:
    mail = findings.mail
    lines = []
    if mail.failing_since:
        lines.append(
            f"The mail server has taken no mail since {_format_time(mail.failing_since)}: the worker's log "
            f"says why. A mail is lost after {MAIL.period.format('en')}, and accounts wait for their "
            "warnings."
        )
    if mail.waiting:
        lines.append(f"Mails that wait: {mail.waiting}, of which {mail.failed} failed before.")
    return lines


def _format_kept_rows(rule: RuleFindings) -> list[str]:
    lines = []
    if (kept := rule.rows.unwarned).rows:
        lines.append(
            f"{rule.key}: {kept.rows} rows are past their retention period, the first since "
            f"{_format_time(kept.since)}, and wait for a warning of their owner; at most "
            f"{UNWARNED.period.format('en')}."
        )
    if (kept := rule.rows.restricted).rows:
        lines.append(
            f"{rule.key}: {kept.rows} rows are past their retention period, the first since "
            f"{_format_time(kept.since)}, and are kept as restricted; at most "
            f"{RESTRICTED.period.format('en')}."
        )
    return lines


def _format_rule(rule: RuleFindings) -> list[str]:
    lines = _format_kept_rows(rule)
    if block := rule.block:
        what_now = (
            f"approved {_format_time(block.approved_at)}, the next run goes on"
            if block.approved_at
            else f"if that is right: dressform retention approve {rule.key}"
        )
        lines.append(
            f"{rule.key} is blocked since {_format_time(block.blocked_at)}: {format_reason(block)}; {what_now}."
        )
    if rule.unknown:
        lines.append(
            f"{rule.key}: unknown, a long transaction locks its table: end that (pg_stat_activity "
            "shows it)."
        )
    if rule.rows.future:
        lines.append(
            f"{rule.key}: {rule.rows.future} rows are from the future, dated by a clock that ran "
            "ahead, and would stay too long: docs/retention.md says what to do."
        )
    if rule.quarantined:
        lines.append(
            f"{rule.key}: {rule.quarantined} rows could not be deleted, and are tried again."
        )
    return lines


def format_reason(block: StoredPurgeBlock | AuditedPurgeBlock) -> str:
    return f"{block.reason} ({block.rows} rows)" if block.rows else block.reason


def _format_time(at: datetime | None) -> str:
    return "none" if at is None else f"{at:%Y-%m-%d %H:%M:%S}"
