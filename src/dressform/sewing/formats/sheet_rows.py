"""The rows of a CSV file, with any delimiter."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from dressform.sewing.formats.types import MAX_ENTRIES, UnreadableFileError

_DELIMITERS = ";\t,"
_SAMPLE_LINES = 50
_MAX_ROWS = MAX_ENTRIES + 50
_MAX_COLUMNS = 1_000


@dataclass(frozen=True, slots=True)
class Row:
    """A row with its stripped cells, and the number of its line."""

    line: int
    cells: list[str]

    def cell(self, index: int | None) -> str:
        """Return a cell, or an empty text where the row has none."""
        return self.cells[index] if index is not None and index < len(self.cells) else ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """All rows with content. `is_exact` means that points in numbers are decimal points."""

    rows: list[Row]
    is_exact: bool


def read_sheet(text: str) -> Sheet:
    """Split CSV text into rows. Raises UnreadableFileError."""
    delimiter = _detect_delimiter(text)
    rows = list(islice(_iter_rows(text, delimiter), _MAX_ROWS + 1))
    if len(rows) > _MAX_ROWS:
        raise UnreadableFileError(f"more than {MAX_ENTRIES} entries", line=rows[-1].line)
    return Sheet(rows, is_exact=delimiter == ",")


def _iter_rows(text: str, delimiter: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            row = Row(reader.line_num, [cell.strip() for cell in cells])
            if len(row.cells) > _MAX_COLUMNS:
                raise UnreadableFileError(f"more than {_MAX_COLUMNS} columns", line=row.line)
            first = row.cell(0)
            if (
                any(row.cells)
                and not first.startswith("#")
                and not first.lower().startswith("sep=")
            ):
                yield row
    except csv.Error:
        raise UnreadableFileError("not valid CSV", line=reader.line_num) from None


def _detect_delimiter(text: str) -> str:
    """Return the delimiter of Excel's `sep=;`, else the one that most of the first lines have."""
    lines = list(islice(_iter_sample_lines(text), _SAMPLE_LINES))
    if lines and lines[0].lower().startswith("sep=") and lines[0][4:5] in _DELIMITERS:
        return lines[0][4:5] or ","
    number = Counter({each: sum(each in line for line in lines) for each in _DELIMITERS})
    return max(_DELIMITERS, key=lambda each: number[each])


def _iter_sample_lines(text: str) -> Iterator[str]:
    for line in io.StringIO(text):
        if line.strip() and not line.startswith("#"):
            yield line[:1_000]
