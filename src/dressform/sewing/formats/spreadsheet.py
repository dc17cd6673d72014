"""Import of CSV from spreadsheets, with any delimiter and decimal separator."""

import csv
import io
import re
from fractions import Fraction

from dressform.sewing.catalogue import CATALOGUE, Kind, Measurement, current_name
from dressform.sewing.formats.entries import Entries
from dressform.sewing.formats.numbers import parse_number
from dressform.sewing.formats.personal import personal_field_kind, sort_kinds
from dressform.sewing.formats.reasons import (
    Reason,
    message,
    parse_error_reason,
    unknown_name_reason,
)
from dressform.sewing.formats.seamly import BY_CODE_NAME, is_exact
from dressform.sewing.formats.types import Format, ImportResult, UnreadableFileError
from dressform.sewing.units import QuantityParseError, parse_quantity

_VALUE_HEADERS = ("value", "valeur")
_UNITS = {"mm": Fraction(1), "cm": Fraction(10), "in": Fraction("25.4"), "deg": Fraction(1)}
_TRUTH = dict.fromkeys(("true", "yes", "oui", "1"), True) | dict.fromkeys(
    ("false", "no", "non", "0"), False
)


def parse(text: str) -> ImportResult:
    """Parse CSV text. Raises UnreadableFileError."""
    delimiter = _detect_delimiter(text)
    parser = _RowParser(exact=delimiter == ",")
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in rows:
            parser.parse(rows.line_num, [cell.strip() for cell in row])
    except csv.Error:
        raise UnreadableFileError("not valid CSV", line=rows.line_num) from None
    entries = parser.entries
    if not parser.has_columns:
        raise UnreadableFileError("no measurements found: write a line for each: chest,1105,mm")
    return ImportResult(
        Format.CSV, (entries.model,), tuple(entries.lines), sort_kinds(parser.dropped)
    )


def _detect_delimiter(text: str) -> str:
    """Return the most frequent delimiter of the first line, which may be Excel's `sep=;`."""
    start = next(line for line in text.splitlines() if line.strip())
    return max(";\t,", key=start.count)


class _RowParser:
    """Parses rows; `exact` means that commas separate columns, so that points are decimal points."""

    def __init__(self, *, exact: bool) -> None:
        self.entries = Entries()
        self.dropped: set[str] = set()
        self.has_columns = False
        self._exact = exact
        self._unit = ""

    def parse(self, line: int, row: list[str]) -> None:
        name, value, unit = (*row, "", "", "")[:3]
        if not name or name.startswith("#") or name.lower().startswith("sep="):
            return
        self.has_columns |= len(row) > 1
        if value.lower().startswith(_VALUE_HEADERS):
            bracket = re.search(r"\((.*)\)", value)
            self._unit = bracket[1].strip() if bracket else ""
        elif name.lower() == "breasts":
            self._parse_flag(line, name, value)
        elif kind := personal_field_kind(name):
            self.dropped |= {kind} if value else set()
        else:
            self._parse_entry(line, name, value, unit or self._unit)

    def _parse_flag(self, line: int, name: str, value: str) -> None:
        self.entries.breasts = _TRUTH.get(value.lower())
        if value and self.entries.breasts is None:
            self.entries.reject(line, name, message("flag"))

    def _parse_entry(self, line: int, entry: str, value: str, unit: str) -> None:
        known, near, reason = _find_measurement(entry)
        if known is None:
            self.entries.reject(line, entry, unknown_name_reason(entry))
            return
        amount = self._parse_amount(value, unit.lower(), known.kind)
        if isinstance(amount, Fraction):
            self.entries.accept(line, entry, known.name, amount, near=near, reason=reason)
        else:
            self.entries.reject(line, entry, amount, known.name)

    def _parse_amount(self, value: str, unit: str, kind: Kind) -> Fraction | Reason:
        if not value:
            return message("not_measured")
        if value.startswith("="):
            return message("formula")
        plain = parse_number(value) if self._exact else None
        if plain is not None and unit in _UNITS and (unit == "deg") == (kind is Kind.ANGLE):
            return plain * _UNITS[unit]
        try:
            return Fraction(parse_quantity(f"{value} {unit}", kind)[0])
        except QuantityParseError as error:
            is_bare = parse_number(value.replace(",", ".")) is not None and not unit
            return message("no_unit") if is_bare else parse_error_reason(str(error))


def _find_measurement(entry: str) -> tuple[Measurement | None, bool, Reason | None]:
    """Return the measurement of a FreeSewing or Seamly2D name, whether it is approximate, and why."""
    if entry in CATALOGUE:
        return CATALOGUE[entry], False, None
    if name := current_name(entry):
        return CATALOGUE[name], False, message("now_called", name)
    known = BY_CODE_NAME.get(entry)
    near = known is not None and not is_exact(known)
    return known, near, message("approximate") if near else None
