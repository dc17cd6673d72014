"""The parts of an audit's findings: row counts, blocks, spools, mail and one rule."""

from dataclasses import dataclass
from datetime import datetime, timedelta

TOLERANCE = timedelta(hours=24)
"""Within which what is due is promised to be deleted."""
FUTURE_AFTER = timedelta(hours=24)
"""Ahead of now: a clock that is only a little off dates nothing so."""
_CLOCK_GRANULARITY = {
    "profile": timedelta(days=1),
    "model": timedelta(days=1),
    "sign-up": timedelta(days=1),
    "mail": timedelta(days=1),
    "session": timedelta(days=31),
    "one-time-token": timedelta(hours=1),
}
"""How coarsely the rows of a rule keep the moment from which their window counts."""


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


def _earliest(*moments: datetime | None) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)
