"""Receipts of draws in a folder outside the database, which survive a restored backup."""

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile

from dressform.errors import StartupError
from dressform.opendata.draws import Draw
from dressform.opendata.raw import hash_sums
from dressform.system.files import fsync_dir


@dataclass(frozen=True, slots=True)
class Receipt:
    """The record of a year's draw, with the SHA-256 of its noisy sums."""

    year: int
    drawn_at: datetime
    sha256: str

    @classmethod
    def from_draw(cls, draw: Draw) -> "Receipt":
        return cls(draw.year, draw.at, hash_sums(draw.sums))


class Receipts:
    """A folder with one immutable file per year."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def list_all(self) -> list[Receipt]:
        """Return all receipts by year. Raises StartupError for a malformed file."""
        return [_parse_receipt(path) for path in sorted(self.folder.glob("*.json"))]

    def save(self, receipt: Receipt) -> None:
        """Write a receipt durably (fsync). An existing receipt of the year is kept."""
        path = self.folder / f"{receipt.year}.json"
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        text = json.dumps(asdict(receipt) | {"drawn_at": receipt.drawn_at.isoformat()})
        # NamedTemporaryFile creates the file with mode 0600.
        with NamedTemporaryFile("w", dir=self.folder, prefix=f"{path.name}.") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
            with suppress(FileExistsError):
                path.hardlink_to(file.name)
        fsync_dir(self.folder)
        fsync_dir(self.folder.parent)

    def list_missing_from(self, draws: Sequence[Draw]) -> list[Receipt]:
        """Return the receipts whose draw is missing from `draws` or has other sums."""
        known = {draw.year: hash_sums(draw.sums) for draw in draws}
        return [each for each in self.list_all() if known.get(each.year) != each.sha256]


def _parse_receipt(path: Path) -> Receipt:
    try:
        found = json.loads(path.read_text())
        at = datetime.fromisoformat(found["drawn_at"])
        return Receipt(int(found["year"]), at, str(found["sha256"]))
    except (ValueError, KeyError, TypeError) as error:
        raise StartupError(f"{path} is no receipt of a draw: put it back from a copy.") from error
