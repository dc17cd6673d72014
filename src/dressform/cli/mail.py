"""The commands that show what became of mails, and take reports of those that came back."""

import sys
from collections import defaultdict

import typer

from dressform.actions.record_bounce import record_bounce
from dressform.bootstrap import resolved_settings
from dressform.cli.startup import run_with_uows
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.mail.bounce_reports import MAX_BYTES, parse_report
from dressform.mail.outcomes import MailOutcome
from dressform.repositories.mail_counts import KEPT, MailCounts, OutcomeCount, WaitingMails
from dressform.settings.settings import Settings

app = typer.Typer(invoke_without_command=True)

_ROW = "{:<20} {:>8} {:>8} {:>11} {:>11} {:>9} {:>8} {:>8} {:>8}"
_HEAD = (
    "",
    "waiting",
    "failing",
    "oldest",
    "handed over",
    "deferred",
    "failed",
    "refused",
    "bounced",
)
_SHOWN = (
    MailOutcome.HANDED_OVER,
    MailOutcome.DEFERRED,
    MailOutcome.FAILED,
    MailOutcome.REFUSED,
    MailOutcome.BOUNCED,
)
EX_TEMPFAIL = 75
"""The exit status of a pipe after which a mail server tries again later (sysexits.h)."""


@app.callback()
def mail(context: typer.Context) -> None:
    """Show for each kind of mail how many wait, and what became of those of the last month.

    Show also why mails failed, by the code of the mail server, and how many accounts have an address
    that takes no mail. No address is shown.
    """
    if context.invoked_subcommand is None:
        with resolved_settings() as settings:
            typer.echo(run_with_uows(settings, _report))


@app.command()
def bounces() -> None:
    """Read one report of a failed mail from standard input, as a mail server's pipe hands it over.

    Exit with 75 when it can't be recorded now, so that the mail server keeps the report.
    """
    raw = sys.stdin.buffer.read(MAX_BYTES)
    while sys.stdin.buffer.read(MAX_BYTES):
        pass  # To the end: a mail server takes a broken pipe for a failure.
    try:
        with resolved_settings() as settings:
            recorded = run_with_uows(settings, lambda _, uows: _record(uows, raw))
    except Exception as error:  # noqa: BLE001  of whatever kind: the mail server must keep it
        typer.echo(f"dressform: {type(error).__name__}: the report was not recorded.", err=True)
        raise SystemExit(EX_TEMPFAIL) from None
    typer.echo("Recorded." if recorded else "Not recorded: it is no report about a mail of ours.")


async def _record(uows: UnitOfWorkFactory, raw: bytes) -> bool:
    async with uows.transaction() as uow:
        return await record_bounce(uow, parse_report(raw))


async def _report(_: Settings, uows: UnitOfWorkFactory) -> str:
    counts = MailCounts(uows.read())
    waiting, outcomes = await counts.list_waiting(), await counts.list_outcomes()
    marked = await counts.count_refusing_accounts()
    lines = [
        *_format_kinds(waiting, outcomes),
        "",
        *_format_reasons(outcomes),
        f"Accounts whose address takes no mail: {marked}",
    ]
    return "\n".join(lines)


def _format_kinds(waiting: list[WaitingMails], outcomes: list[OutcomeCount]) -> list[str]:
    if not waiting and not outcomes:
        return [f"No mail waits, and none was sent in the last {KEPT.days} days."]
    by_kind = {each.kind: each for each in waiting}
    numbers: dict[str, dict[MailOutcome, int]] = defaultdict(lambda: defaultdict(int))
    for each in outcomes:
        numbers[each.kind][each.outcome] += each.number
    lines = [_ROW.format(*_HEAD)]
    for kind in sorted(by_kind.keys() | numbers.keys()):
        now = by_kind.get(kind)
        waits = (now.waiting, now.failed, f"{now.oldest_on}") if now else (0, 0, "")
        lines.append(_ROW.format(kind, *waits, *(numbers[kind][shown] for shown in _SHOWN)))
    return lines


def _format_reasons(outcomes: list[OutcomeCount]) -> list[str]:
    """Return a line for each code of the mail server, the most frequent first."""
    numbers: dict[tuple[MailOutcome, str], int] = defaultdict(int)
    for each in outcomes:
        if each.reason:
            numbers[each.outcome, each.reason] += each.number
    ordered = sorted(numbers.items(), key=lambda pair: -pair[1])
    lines = [f"{outcome:<12} {reason:<12} {number:>8}" for (outcome, reason), number in ordered]
    return [*lines, ""] if lines else []
