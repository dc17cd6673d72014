"""The audit of the deletion journal on this host: expired files, by the day in their names."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from dressform.retention_audit.rule_findings import TOLERANCE

_DAY = timedelta(days=1)


def count_overdue_files(folder: Path, at: datetime, retention: timedelta) -> int:
    """Return the number of files that should have been deleted more than TOLERANCE ago."""
    days = (_parse_day(path) for path in folder.glob("*/????-??-??-*"))
    return sum(day + _DAY + retention + TOLERANCE < at for day in days if day)


def _parse_day(path: Path) -> datetime | None:
    try:
        return datetime.fromisoformat(path.name[:10]).replace(tzinfo=UTC)
    except ValueError:
        return None
