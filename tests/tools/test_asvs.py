"""`docs/security/asvs.md` has each requirement once, and what it names is there."""

import re

import pytest

from tests.tools.generate import TOP

REQUIREMENTS = """
1.1.1-2 1.2.1-9 1.3.1-11 1.4.1-3 1.5.1-2 2.1.1-3 2.2.1-3 2.3.1-4 2.4.1 3.2.1-2 3.3.1-4 3.4.1-6
3.5.1-5 3.7.1-2 4.1.1-3 4.2.1 4.3.1-2 4.4.1-4 5.1.1 5.2.1-3 5.3.1-2 5.4.1-3 6.1.1-3 6.2.1-12
6.3.1-4 6.4.1-4 6.5.1-5 6.6.1-3 6.8.1-4 7.1.1-3 7.2.1-4 7.3.1-2 7.4.1-5 7.5.1-2 7.6.1-2 8.1.1-2
8.2.1-3 8.3.1 8.4.1 9.1.1-3 9.2.1-4 10.1.1-2 10.2.1-2 10.3.1-4 10.4.1-11 10.5.1-5 10.6.1-2
10.7.1-3 11.1.1-2 11.2.1-3 11.3.1-3 11.4.1-4 11.5.1 11.6.1 12.1.1-3 12.2.1-2 12.3.1-4 13.1.1
13.2.1-5 13.3.1-2 13.4.1-5 14.1.1-2 14.2.1-4 14.3.1-3 15.1.1-3 15.2.1-3 15.3.1-7 16.1.1 16.2.1-5
16.3.1-4 16.4.1-3 16.5.1-3 17.1.1 17.2.1-4 17.3.1-2
"""
"""The ids of levels 1 and 2 of ASVS 5.0.0, with ranges in the last part."""
STATUSES = {"met", "partly", "planned", "operator", "not applicable"}

DOCUMENT = (TOP / "docs" / "security" / "asvs.md").read_text()
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in DOCUMENT.splitlines()
    if re.match(r"\| \d", line)
]


def expand_ids(text: str) -> list[str]:
    """Return the ids of a list with ranges: ``1.1.1-2`` is ``1.1.1`` and ``1.1.2``."""
    ids = []
    for entry in text.split():
        section, _, numbers = entry.rpartition(".")
        first, _, last = numbers.partition("-")
        ids += [f"{section}.{number}" for number in range(int(first), int(last or first) + 1)]
    return ids


def test_each_requirement_has_one_row() -> None:
    assert [row[0] for row in ROWS] == expand_ids(REQUIREMENTS)
    assert len(ROWS) == 253


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_row_is_whole_and_names_what_is_there(row: list[str]) -> None:
    _, level, requirement, status, how, shown_by = row
    named = [name for name in shown_by.split(", ") if name]

    assert level in {"1", "2"}
    assert requirement
    assert status in STATUSES
    assert how
    assert named or status in {"planned", "not applicable"}
    assert [name for name in named if not (TOP / name).exists()] == []


def test_the_sums_are_those_of_the_rows() -> None:
    for status in STATUSES:
        count = sum(row[3] == status for row in ROWS)

        assert f"| {status} | {count} |\n" in DOCUMENT
