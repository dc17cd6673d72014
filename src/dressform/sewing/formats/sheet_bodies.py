"""Tables with one body per row, as scanners and surveys write them."""

from collections.abc import Sequence
from dataclasses import dataclass

from dressform.sewing.formats.entries import Entries, assert_not_too_many
from dressform.sewing.formats.names import NamedMeasurement
from dressform.sewing.formats.numbers import parse_number
from dressform.sewing.formats.personal import personal_field_kind, sort_kinds
from dressform.sewing.formats.reasons import unknown_name_reason
from dressform.sewing.formats.sheet_headings import Role, find_unit, parse_heading
from dressform.sewing.formats.sheet_rows import Row
from dressform.sewing.formats.sheet_values import FLAG, ValueParser, parse_flag
from dressform.sewing.formats.types import MAX_MODELS, Format, ImportResult, UnreadableFileError
from dressform.sewing.units import MeasurementUnit

_MIN_COLUMNS = 2


@dataclass(frozen=True, slots=True)
class _Column:
    index: int
    entry: str
    known: NamedMeasurement
    unit: MeasurementUnit | None


class BodyTable:
    """The columns of such a table; `width` says how many of them are measurements."""

    def __init__(self, headings: Row) -> None:
        self._line = headings.line
        self._columns: list[_Column] = []
        self._personal: dict[int, str] = {}
        self._unknown: list[str] = []
        self._flag: int | None = None
        self._unit: int | None = None
        for index, cell in enumerate(headings.cells):
            self._add(index, cell)

    def is_followed_by(self, row: Row | None) -> bool:
        """Return whether the row of headings has measurements, and the next row their values."""
        if len(self._columns) >= _MIN_COLUMNS:
            return True
        cells = [row.cell(each.index) for each in self._columns] if row else []
        return any(parse_number(cell.replace(",", ".")) is not None for cell in cells)

    def parse(self, rows: Sequence[Row], parser: ValueParser) -> ImportResult:
        """Parse the rows below the headings. Raises UnreadableFileError for too many."""
        if rows and self._is_row_of_units(rows[0]):
            self._columns = [self._with_unit(each, rows[0]) for each in self._columns]
            rows = rows[1:]
        if len(rows) > MAX_MODELS:
            raise UnreadableFileError(
                f"more than {MAX_MODELS} bodies, one per row", line=rows[MAX_MODELS].line
            )
        bodies = [self._parse_row(row, parser, place) for place, row in enumerate(rows)]
        if bodies:
            for cell in self._unknown:
                bodies[0].reject(self._line, cell, unknown_name_reason(cell))
        report = tuple(line for each in bodies for line in each.lines)
        assert_not_too_many(report)
        dropped = {
            kind for index, kind in self._personal.items() if any(row.cell(index) for row in rows)
        }
        models = tuple(each.model for each in bodies)
        return ImportResult(Format.CSV, models, report, sort_kinds(dropped))

    def _add(self, index: int, cell: str) -> None:
        heading = parse_heading(cell)
        known = heading.measurement
        if known:
            self._columns.append(_Column(index, cell, known, heading.unit))
        elif heading.text.lower() == FLAG:
            self._flag = index
        elif heading.role is Role.UNIT:
            self._unit = index
        elif heading.role is Role.NOTE:
            self._personal[index] = "notes"
        elif kind := personal_field_kind(heading.text):
            self._personal[index] = kind
        elif cell:
            self._unknown.append(cell)

    def _is_row_of_units(self, row: Row) -> bool:
        cells = [row.cell(each.index) for each in self._columns]
        return any(cells) and all(find_unit(cell) for cell in cells if cell)

    def _with_unit(self, column: _Column, row: Row) -> _Column:
        unit = find_unit(row.cell(column.index)) or column.unit
        return _Column(column.index, column.entry, column.known, unit)

    def _parse_row(self, row: Row, parser: ValueParser, place: int) -> Entries:
        entries = Entries(place)
        if self._flag is not None:
            parse_flag(entries, row.line, FLAG, row.cell(self._flag))
        row_unit = find_unit(row.cell(self._unit))
        for column in self._columns:
            parser.parse(
                entries,
                row.line,
                column.entry,
                column.known,
                row.cell(column.index),
                heading_unit=column.unit or row_unit,
            )
        return entries
