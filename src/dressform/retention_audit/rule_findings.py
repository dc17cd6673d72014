"""The parts of an audit's findings: row counts, blocks, spools, mail and one rule."""

from dataclasses import dataclass
from datetime import datetime, timedelta

TOLERANCE = timedelta(hours=24)
"""The time within which expired rows are promised to be deleted."""
FUTURE_AFTER = timedelta(hours=24)
"""Rows dated so far ahead count as future ones: the clock that dated them was wrong."""
_CLOCK_GRANULARITY = {
    "profile": timedelta(days=1),
    "former-username": timedelta(days=1),
    "imported-account": timedelta(days=1),
    "model": timedelta(days=1),
    "sign-up": timedelta(days=1),
    "confirmed-link": timedelta(days=1),
    "mail": timedelta(days=1),
    "session": timedelta(days=31),
    "one-time-token": timedelta(hours=1),
    "attempt": timedelta(hours=1),
}
"""The granularity at which the rows of a rule store the start of their period."""


@dataclass(frozen=True, slots=True)
class KeptRows:
    """Rows that are kept past their period by an extension, and when the first of them expired."""

    rows: int = 0
    since: datetime | None = None

    def __add__(self, other: "KeptRows") -> "KeptRows":
        return KeptRows(self.rows + other.rows, _earliest(self.since, other.since))


@dataclass(frozen=True, slots=True)
class RowCount:
    """The rows of a rule: `waiting` ones are expired, `overdue` ones for longer than TOLERANCE.

    `future` rows are dated more than a day ahead, and would be stored too long. `unwarned` rows
    belong to an account that no expiry notice has reached; `restricted` rows are kept because
    processing is restricted.
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
    """The outbox: since when the server refuses mail, the mails that wait, and those that failed."""

    failing_since: datetime | None = None
    waiting: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class PurgeBlock:
    """The block of a rule, with the number of rows that it was about to delete."""

    reason: str
    rows: int
    blocked_at: datetime
    approved_at: datetime | None


@dataclass(frozen=True, slots=True)
class SpoolFindings:
    """The spools of this host. The lines of `unreadable` files are not counted."""

    files: int
    bytes: int
    lines: RowCount
    unreadable: int = 0


@dataclass(frozen=True, slots=True)
class RuleFindings:
    """The findings of a rule. `last_run_at` is the end of its last complete run.

    `unknown`: its table is locked, and `rows` counts only those outside of it.
    """

    key: str
    rows: RowCount
    last_run_at: datetime | None
    quarantined: int
    block: PurgeBlock | None
    unknown: bool = False

    @property
    def last_seen_at(self) -> datetime | None:
        """Return the end of the last run; before the first one, the time of the oldest row.

        A time that is stored by hour, day or month counts from the end of that.
        """
        if self.last_run_at is not None or self.rows.oldest_at is None:
            return self.last_run_at
        return self.rows.oldest_at + _CLOCK_GRANULARITY.get(self.key, timedelta(0))


def _earliest(*moments: datetime | None) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)
