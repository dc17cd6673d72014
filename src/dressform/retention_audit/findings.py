"""The findings of an audit, and the verdict."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Literal

from dressform.retention_audit.rule_findings import (
    TOLERANCE,
    MailStatus,
    RuleFindings,
    SpoolFindings,
)

Verdict = Literal["kept", "late", "overdue"]
Reason = Literal[
    "overdue",
    "runs",
    "unwarned",
    "mail",
    "blocked",
    "quarantined",
    "future",
    "unknown",
    "spools",
]

LATE_AFTER_RUNS = 5
STUCK_AFTER = timedelta(minutes=10)
MAIL_FAILS_AFTER = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Findings:
    """The findings of an audit.

    `interval` is that of the worker's runs, `deletion_files` the number of overdue files of the
    deletion journal.
    """

    checked_at: datetime
    interval: timedelta
    rules: tuple[RuleFindings, ...]
    orphans: int
    spools: SpoolFindings
    mail: MailStatus = field(default_factory=MailStatus)
    deletion_files: int = 0

    @property
    def verdict(self) -> Verdict:
        """Return whether the notice is kept: "late" is within TOLERANCE, or needs an operator."""
        if self.overdue or self._longest_unseen > TOLERANCE:
            return "overdue"
        return "late" if self.reasons else "kept"

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Return why the verdict is not "kept", without numbers and times, for the public status."""
        rules = self.rules
        found: dict[Reason, bool] = {
            "overdue": self.overdue > 0,
            "runs": self._longest_unseen > LATE_AFTER_RUNS * self.interval,
            "unwarned": any(rule.rows.unwarned.rows for rule in rules),
            "mail": self.time_since(self.mail.failing_since) > MAIL_FAILS_AFTER,
            "blocked": any(rule.block for rule in rules),
            "quarantined": any(rule.quarantined for rule in rules),
            "future": any(rule.rows.future for rule in rules),
            "unknown": any(rule.unknown for rule in rules),
            "spools": self._are_spools_stuck,
        }
        return tuple(reason for reason, stands in found.items() if stands)

    @property
    def overdue(self) -> int:
        """Return the number of overdue rows and files."""
        return sum(rule.rows.overdue for rule in self.rules) + self.deletion_files

    @property
    def profile(self) -> RuleFindings:
        """Return the rule of accounts, whose models are kept or deleted with them."""
        return next(rule for rule in self.rules if rule.key == "profile")

    @property
    def visitor(self) -> RuleFindings:
        """Return the rule of the access log, the only one whose numbers may be public.

        Times and counts of members' rows would tell who has an account, or signed in.
        """
        return next(rule for rule in self.rules if rule.key == "visitor")

    @property
    def last_run_at(self) -> datetime | None:
        """Return the last run of the rule that has waited longest."""
        return min((rule.last_run_at for rule in self.rules if rule.last_run_at), default=None)

    @property
    def oldest_address_day(self) -> datetime | None:
        """Return the day (UTC) of the oldest line: its time would tell of one visit. None if unknown."""
        oldest = None if self.visitor.unknown else self.visitor.rows.oldest_at
        return oldest and datetime.combine(oldest.astimezone(UTC).date(), time(), UTC)

    def time_since(self, moment: datetime | None) -> timedelta:
        """Return the time since `moment`; 0 for None and for a moment in the future."""
        return timedelta(0) if moment is None else max(self.checked_at - moment, timedelta(0))

    @property
    def _longest_unseen(self) -> timedelta:
        """Return the time since the last run of the rule that has waited longest."""
        return self.time_since(
            min((rule.last_seen_at for rule in self.rules if rule.last_seen_at), default=None)
        )

    @property
    def _are_spools_stuck(self) -> bool:
        stuck = self.time_since(self.spools.lines.oldest_at) > STUCK_AFTER
        return stuck or self.spools.unreadable > 0


def round_up_rows(rows: int) -> int:
    """Return a row count rounded up to tens, so that a public number hides a single account."""
    return -(-rows // 10) * 10
