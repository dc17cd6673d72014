"""The files in which addresses wait."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dressform.audit.auditor import Auditor
from dressform.audit.findings import Count, Spools
from dressform.audit.spools import look_into_spools
from dressform.policy import VISITOR
from tests.conftest import MovableClock
from tests.middleware.lines import line, lines

AT = datetime(2026, 3, 31, 12, tzinfo=UTC)
END = VISITOR.window.after(AT)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert look_into_spools(tmp_path / "none", AT) == Spools(0, 0, Count(None, 0, 0))


@pytest.mark.parametrize("suffix", [".spool", ".new"])
def test_lines_are_counted_by_their_own_time(spools: Path, suffix: str) -> None:
    written = b"".join(lines(3, AT))
    (spools / f"a{suffix}").write_bytes(written)
    (spools / "b.spool").write_bytes(b"")
    (spools / "note.txt").write_bytes(line(AT - 999 * DAY))

    found = [look_into_spools(spools, END + more).lines for more in (-SECOND, SECOND, DAY + SECOND)]

    assert found == [Count(AT, 0, 0), Count(AT, 2, 0), Count(AT, 2, 1)]
    assert look_into_spools(spools, AT) == Spools(2, len(written), Count(AT, 0, 0))


@pytest.mark.parametrize("torn", [b"2026-03-31T", b"\0" * 4000 + b"\n", b"\xff\tx\n"])
def test_what_cannot_be_read_is_as_old_as_its_file(spools: Path, torn: bytes) -> None:
    path = spools / "a.spool"
    path.write_bytes(torn)
    os.utime(path, (AT.timestamp(), AT.timestamp()))

    assert look_into_spools(spools, END + 2 * DAY).lines == Count(AT, 0, 1)


async def test_an_old_line_is_overdue_like_a_row(
    auditor: Auditor, spools: Path, clock: MovableClock
) -> None:
    (spools / "a.spool").write_bytes(line(AT))
    clock.at = END + DAY + SECOND

    findings = await auditor.look()

    assert (findings.overdue, findings.verdict) == (1, "overdue")
    assert findings.visitor.rows.oldest_at == AT


@pytest.mark.parametrize(("minutes", "verdict"), [(10, "kept"), (11, "late")])
async def test_lines_that_wait_for_long_are_a_sign(
    auditor: Auditor, spools: Path, clock: MovableClock, minutes: int, verdict: str
) -> None:
    """Though the worker is well."""
    (spools / "a.spool").write_bytes(line(clock() - timedelta(minutes=minutes)))

    assert (await auditor.look()).verdict == verdict
