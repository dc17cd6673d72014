"""Import of CSV from spreadsheets, whose headings say what the columns hold."""

from collections.abc import Sequence

from dressform.sewing.formats.entries import Entries
from dressform.sewing.formats.names import find_measurement
from dressform.sewing.formats.personal import personal_field_kind, sort_kinds
from dressform.sewing.formats.reasons import unknown_name_reason
from dressform.sewing.formats.sheet_bodies import BodyTable
from dressform.sewing.formats.sheet_headings import Columns, find_columns, find_unit
from dressform.sewing.formats.sheet_rows import Row, read_sheet
from dressform.sewing.formats.sheet_values import FLAG, ValueParser, parse_flag
from dressform.sewing.formats.types import Format, ImportOptions, ImportResult, UnreadableFileError
from dressform.sewing.units import MeasurementUnit

_MAX_ROWS_ABOVE = 20


def parse(text: str, options: ImportOptions) -> ImportResult:
    """Parse CSV text. Raises UnreadableFileError."""
    sheet = read_sheet(text)
    values = ValueParser(is_exact=sheet.is_exact, unit=options.unit)
    for place, row in enumerate(sheet.rows[:_MAX_ROWS_ABOVE]):
        below = sheet.rows[place + 1 :]
        if columns := find_columns(row):
            return _parse_table([*sheet.rows[:place]], below, columns, values)
        table = BodyTable(row)
        if table.is_followed_by(below[0] if below else None):
            return table.parse(below, values)
        if find_measurement(row.cell(0)) or row.cell(0).lower() == FLAG:
            break
    if not any(len(row.cells) > 1 for row in sheet.rows):
        raise UnreadableFileError("no measurements found: write a line for each: chest,1105,mm")
    return _parse_table([], sheet.rows, None, values)


def _parse_table(
    above: Sequence[Row], rows: Sequence[Row], columns: Columns | None, values: ValueParser
) -> ImportResult:
    """Parse a table with one measurement per row; the rows above it may hold personal data."""
    parser = _TableParser(columns, values)
    for row in above:
        parser.collect_personal_kind(row)
    for row in rows:
        parser.parse(row)
    entries = parser.entries
    return ImportResult(
        Format.CSV, (entries.model,), tuple(entries.lines), sort_kinds(parser.dropped)
    )


class _TableParser:
    def __init__(self, columns: Columns | None, values: ValueParser) -> None:
        self.entries = Entries()
        self.dropped: set[str] = set()
        self._columns = columns
        self._values = values

    def collect_personal_kind(self, row: Row) -> bool:
        """Return whether the row is about a person, such as `Name;Ada`."""
        kind = personal_field_kind(row.cell(0).rstrip(" :"))
        if kind and any(row.cells[1:]):
            self.dropped.add(kind)
        return kind is not None

    def parse(self, row: Row) -> None:
        entry, value, cell_unit, heading_unit = self._split_row(row)
        if not entry:
            return
        full_name = row.cell(self._columns.full_name) if self._columns else ""
        known = find_measurement(entry) or find_measurement(full_name)
        if known:
            self._values.parse(
                self.entries,
                row.line,
                entry,
                known,
                value,
                cell_unit=cell_unit,
                heading_unit=heading_unit,
            )
        elif entry.lower() == FLAG:
            parse_flag(self.entries, row.line, entry, value)
        elif not self.collect_personal_kind(row):
            self.entries.reject(row.line, entry, unknown_name_reason(entry))

    def _split_row(self, row: Row) -> tuple[str, str, str, MeasurementUnit | None]:
        """Return name, value, unit of the row, and unit of the heading."""
        columns = self._columns
        if columns is None:
            return (*_read_without_headings(row), None)
        if any(row.cell(index) for index in columns.notes):
            self.dropped.add("notes")
        if any(row.cell(index) for index in columns.persons):
            self.dropped.add("name")
        name, unit = row.cell(columns.name), row.cell(columns.unit)
        if not name and columns.full_name is not None:
            name = row.cell(columns.full_name)
        for index, heading_unit in columns.values:
            if value := row.cell(index):
                return name, value, unit, heading_unit
        return name, "", unit, None


def _read_without_headings(row: Row) -> tuple[str, str, str]:
    """Return name, value and unit, of which the unit may stand before the value."""
    name, first, second = (*row.cells, "", "", "")[:3]
    return (name, second, first) if find_unit(first) and second else (name, first, second)
