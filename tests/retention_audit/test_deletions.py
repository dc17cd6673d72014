from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.journal.files import is_over
from dressform.retention_audit.auditor import Auditor
from dressform.retention_audit.deletions import count_overdue_files

MONTH = timedelta(days=30)
DAY = datetime(2026, 3, 1, tzinfo=UTC)
NAME = "2026-03-01-0b9ad1f0-4d3c-4a46-9a0c-3f1a3c4b5d6e.jsonl"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for site in ("ours", "another"):
        (tmp_path / "deletions" / site).mkdir(parents=True)
        (tmp_path / "deletions" / site / NAME).touch()
    (tmp_path / "deletions" / "ours" / "2026-99-99-notes").touch()
    return tmp_path / "deletions"


def test_a_file_is_overdue_a_day_after_it_should_be_gone(folder: Path) -> None:
    due = next(
        at
        for at in (DAY + timedelta(hours=each) for each in range(2000))
        if is_over(DAY, at=at, retention=MONTH)
    )

    assert count_overdue_files(folder, due + timedelta(days=1), MONTH) == 0
    assert count_overdue_files(folder, due + timedelta(days=1, seconds=1), MONTH) == 2
    assert count_overdue_files(folder / "none", due, MONTH) == 0


async def test_the_verdict_is_overdue_while_one_stays(
    uows: UnitOfWorkFactory, folder: Path
) -> None:
    auditor = Auditor(uows, folder.parent / "spool", interval=timedelta(minutes=5))
    assert uows.journal.root == folder
    (folder / "ours" / NAME).rename(folder / "ours" / NAME.replace("2026-03", "2025-03"))

    findings = await auditor.run_audit()

    assert (findings.deletion_files, findings.overdue, findings.verdict) == (1, 1, "overdue")
