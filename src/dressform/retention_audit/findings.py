"""What an audit found, and what it amounts to."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Literal

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

TOLERANCE = timedelta(hours=24)
"""Within which what is due is promised to be deleted."""
FUTURE_AFTER = timedelta(hours=24)
"""Ahead of now: a clock that is only a little off dates nothing so."""
LATE_AFTER_RUNS = 5
STUCK_AFTER = timedelta(minutes=10)
_CLOCK_GRANULARITY = {
    "profile": timedelta(days=1),
    "model": timedelta(days=1),
    "sign-up": timedelta(days=1),
    "mail": timedelta(days=1),
    "session": timedelta(days=31),
    "one-time-token": timedelta(hours=1),
}
"""How coarsely the rows of a rule keep the moment from which their window counts."""
MAIL_FAILS_AFTER = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class KeptRows:
    """Rows past their window that are kept all the same, and when the first of them was past it."""

    rows: int = 0
    since: datetime | None = None

    def __add__(self, other: "KeptRows") -> "KeptRows":
        return KeptRows(self.rows + other.rows, _earliest(self.since, other.since))


@dataclass(frozen=True, slots=True)
class RowCount:
    """Of rows: `waiting` ones are past their window, `overdue` ones should be gone since a day.

    `future` ones are dated more than a day from now: they would stay for longer than promised.
    `unwarned` ones are an account, or its models, that no warning reached in time; `restricted` ones
    are kept because their owner had processing restricted.
    """

    oldest_at: datetime | None = None
    waiting: int = 0
    overdue: int = 0
    future: int = 0
    unwarned: KeptRows = KeptRows()
    restricted: KeptRows = KeptRows()

    def __add__(self, other: "RowCount") -> "RowCount":
        return RowCount(
            _earliest(self.oldest_at, other.oldest_at),
            self.waiting + other.waiting,
            self.overdue + other.overdue,
            self.future + other.future,
            self.unwarned + other.unwarned,
            self.restricted + other.restricted,
        )


@dataclass(frozen=True, slots=True)
class MailStatus:
    """Since when the mail server takes no mail; how many mails wait, and how many of them failed."""

    failing_since: datetime | None = None
    waiting: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class PurgeBlock:
    """A rule that stopped before ending anything, and how many rows it was about to end."""

    reason: str
    rows: int
    blocked_at: datetime
    approved_at: datetime | None


@dataclass(frozen=True, slots=True)
class SpoolFindings:
    """The files of this host in which addresses wait for the database.

    What the `unreadable` ones hold, and since when, is not known.
    """

    files: int
    bytes: int
    lines: RowCount
    unreadable: int = 0


@dataclass(frozen=True, slots=True)
class RuleFindings:
    """How a rule stands. `last_run_at`: when it was last enforced to its end.

    `unknown`: its table is locked, and `rows` are only those that are elsewhere.
    """

    key: str
    rows: RowCount
    last_run_at: datetime | None
    quarantined: int
    block: PurgeBlock | None
    unknown: bool = False

    @property
    def last_seen_at(self) -> datetime | None:
        """Return when the rule was last enforced; before its first round, since when it has a row.

        Times that are kept by the hour, day or month are counted from the end of that.
        """
        if self.last_run_at is not None or self.rows.oldest_at is None:
            return self.last_run_at
        return self.rows.oldest_at + _CLOCK_GRANULARITY.get(self.key, timedelta(0))


@dataclass(frozen=True, slots=True)
class Findings:
    """`interval` is that of the worker's rounds.

    `deletion_files`: of the deletion journal, that should be gone since a day.
    """

    checked_at: datetime
    interval: timedelta
    rules: tuple[RuleFindings, ...]
    orphans: int
    spools: SpoolFindings
    mail: MailStatus = MailStatus()
    deletion_files: int = 0

    @property
    def verdict(self) -> Verdict:
        if self.overdue or self._longest_unseen > TOLERANCE:
            return "overdue"
        return "late" if self.reasons else "kept"

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why the verdict is not `kept`: nothing of how many rows, or since when."""
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
        return sum(rule.rows.overdue for rule in self.rules) + self.deletion_files

    @property
    def profile(self) -> RuleFindings:
        """The rule of accounts, whose models are kept or deleted with them."""
        return next(rule for rule in self.rules if rule.key == "profile")

    @property
    def visitor(self) -> RuleFindings:
        """The one rule whose rows say nothing about a member, so that strangers may be told of them.

        When a member's oldest row is from, or how many wait, tells who signed in or has an account.
        """
        return next(rule for rule in self.rules if rule.key == "visitor")

    @property
    def last_run_at(self) -> datetime | None:
        """Of the rule that has waited longest: one that fails must not hide behind the others."""
        return min((rule.last_run_at for rule in self.rules if rule.last_run_at), default=None)

    @property
    def oldest_address_day(self) -> datetime | None:
        """Its beginning, in UTC: the moment would tell when somebody came. None when it is unknown."""
        oldest = None if self.visitor.unknown else self.visitor.rows.oldest_at
        return oldest and datetime.combine(oldest.astimezone(UTC).date(), time(), UTC)

    def time_since(self, moment: datetime | None) -> timedelta:
        """How long ago: nothing for what has not been, or what a clock that ran ahead has dated."""
        return timedelta(0) if moment is None else max(self.checked_at - moment, timedelta(0))

    @property
    def _longest_unseen(self) -> timedelta:
        """For how long the rule that has waited longest was not enforced."""
        return self.time_since(
            min((rule.last_seen_at for rule in self.rules if rule.last_seen_at), default=None)
        )

    @property
    def _are_spools_stuck(self) -> bool:
        stuck = self.time_since(self.spools.lines.oldest_at) > STUCK_AFTER
        return stuck or self.spools.unreadable > 0


def round_up_rows(rows: int) -> int:
    """Return a number of accounts as everybody may read it: one that comes or goes hardly shows."""
    return -(-rows // 10) * 10


def _earliest(*moments: datetime | None) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)
