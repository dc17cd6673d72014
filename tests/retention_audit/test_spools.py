"""The files in which addresses wait."""

import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

import pytest

from dressform.policy.operation_data import VISITOR
from dressform.retention_audit.auditor import Auditor
from dressform.retention_audit.rule_findings import RowCount, SpoolFindings
from dressform.retention_audit.spools import audit_spools
from tests.conftest import MovableClock
from tests.helpers.access_log import make_line, make_lines

AT = datetime(2026, 3, 31, 12, tzinfo=UTC)
END = VISITOR.period.expires_at(AT)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert audit_spools(tmp_path / "none", AT) == SpoolFindings(0, 0, RowCount(None, 0, 0))


@pytest.mark.parametrize("zeros", [0, 10_000], ids=["cut to size", "allocated"])
def test_lines_are_counted_by_their_own_time(spools: Path, zeros: int) -> None:
    written = b"".join(make_lines(3, AT)) + b"\0" * zeros
    (spools / "a.spool").write_bytes(written)
    (spools / "b.spool").write_bytes(b"\0" * zeros)
    (spools / "note.txt").write_bytes(make_line(AT - 999 * DAY))

    found = [audit_spools(spools, END + more).lines for more in (-SECOND, SECOND, DAY + SECOND)]

    assert found == [RowCount(AT, 0, 0), RowCount(AT, 2, 0), RowCount(AT, 2, 1)]
    assert audit_spools(spools, AT) == SpoolFindings(2, len(written) + zeros, RowCount(AT, 0, 0))


@pytest.mark.parametrize(
    "torn",
    [
        b"2026-03-31T",
        b"\0" * 4000 + b"\n",
        b"\xff\tx\n",
        b"9999-12-31T10:00:00+00:00\tx\n",
        b"2900-12-31T10:00:00+00:00\tx\n",
        b"1999-12-31T10:00:00+00:00\tx\n",
        b"0001-01-01T00:00:00+05:00\tx\n",
    ],
)
def test_what_cannot_be_read_is_as_old_as_its_file(spools: Path, torn: bytes) -> None:
    path = spools / "a.spool"
    path.write_bytes(torn)
    os.utime(path, (AT.timestamp(), AT.timestamp()))

    assert audit_spools(spools, END + 2 * DAY).lines == RowCount(AT, 0, 1)


@pytest.mark.parametrize("dated", [-(10**10), 10**12])
def test_a_file_of_no_time_at_all_is_as_old_as_can_be(spools: Path, dated: int) -> None:
    """Some disks keep any number for one."""
    found = os.stat_result((stat.S_IFREG, 0, 0, 1, 0, 0, 4, dated, dated, dated))
    (spools / "a.spool").write_bytes(b"torn")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "lstat", lambda _: found)
        oldest_at = audit_spools(spools, AT).lines.oldest_at

    assert oldest_at == (AT if dated > 0 else datetime.fromtimestamp(0, UTC))


async def test_what_cannot_be_read_is_a_finding(
    auditor: Auditor, spools: Path, clock: MovableClock
) -> None:
    """A folder, a pipe, a link, another user's file: the others are looked into all the same."""
    (spools / "a.spool").mkdir()
    os.mkfifo(spools / "b.spool")
    (spools / "c.spool").symlink_to(spools / "a.spool")
    (spools / "d.spool").write_bytes(make_line(clock()))
    foreign = spools / "e.spool"
    foreign.write_bytes(make_line(clock()))
    real_open = Path.open

    def refuse(path: Path, mode: str) -> IO[Any]:
        if path == foreign:
            raise PermissionError(path)
        return real_open(path, mode)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "open", refuse)
        findings = await auditor.run_audit()

    assert (findings.spools.files, findings.spools.unreadable) == (5, 4)
    assert findings.spools.lines == RowCount(clock(), 0, 0)
    assert findings.verdict == "late"


async def test_an_old_line_is_overdue_like_a_row(
    auditor: Auditor, spools: Path, clock: MovableClock
) -> None:
    (spools / "a.spool").write_bytes(make_line(AT))
    clock.at = END + DAY + SECOND

    findings = await auditor.run_audit()

    assert (findings.overdue, findings.verdict) == (1, "overdue")
    assert findings.visitor.rows.oldest_at == AT


@pytest.mark.parametrize(("minutes", "verdict"), [(10, "kept"), (11, "late")])
async def test_lines_that_wait_for_long_are_a_sign(
    auditor: Auditor, spools: Path, clock: MovableClock, minutes: int, verdict: str
) -> None:
    """Though the worker is well."""
    (spools / "a.spool").write_bytes(make_line(clock() - timedelta(minutes=minutes)))

    assert (await auditor.run_audit()).verdict == verdict
