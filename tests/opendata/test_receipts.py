from datetime import UTC, datetime
from pathlib import Path

import pytest

from dressform.errors import StartupError
from dressform.opendata.receipts import Receipt, Receipts

ONE = Receipt(2026, datetime(2026, 3, 1, 9, 30, 1, 5, tzinfo=UTC), "ab" * 32)
OTHER = Receipt(2027, datetime(2027, 3, 1, tzinfo=UTC), "cd" * 32)


def test_receipts_are_read_as_they_were_kept_in_the_order_of_their_years(tmp_path: Path) -> None:
    receipts = Receipts(tmp_path / "state" / "dataset")
    assert receipts.list_all() == []

    for each in (OTHER, ONE):
        receipts.save(each)

    assert receipts.list_all() == [ONE, OTHER]


def test_the_first_one_of_a_year_stays_and_is_nobody_elses_business(tmp_path: Path) -> None:
    receipts = Receipts(tmp_path)
    receipts.save(ONE)
    receipts.save(Receipt(ONE.year, OTHER.drawn_at, OTHER.sha256))

    assert receipts.list_all() == [ONE]
    assert [path.name for path in tmp_path.iterdir()] == ["2026.json"]
    assert (tmp_path / "2026.json").stat().st_mode & 0o777 == 0o600


def test_what_is_no_receipt_is_said(tmp_path: Path) -> None:
    (tmp_path / "2026.json").write_text('{"year": 2026}')

    with pytest.raises(StartupError, match=r"2026\.json is no receipt"):
        Receipts(tmp_path).list_all()
