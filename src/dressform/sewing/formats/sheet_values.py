"""The values of a spreadsheet: a number with its unit, or the flag."""

from fractions import Fraction

from dressform.sewing.catalogue import Kind
from dressform.sewing.formats.entries import Entries
from dressform.sewing.formats.names import NamedMeasurement
from dressform.sewing.formats.numbers import parse_number
from dressform.sewing.formats.reasons import (
    Reason,
    message,
    parse_error_reason,
)
from dressform.sewing.formats.sheet_headings import find_unit
from dressform.sewing.units import (
    TO_CANONICAL,
    MeasurementUnit,
    QuantityParseError,
    parse_quantity,
)

FLAG = "breasts"
_TRUTH = dict.fromkeys(("true", "yes", "oui", "1"), True) | dict.fromkeys(
    ("false", "no", "non", "0"), False
)


def parse_flag(entries: Entries, line: int, name: str, value: str) -> None:
    """Set the flag of a body."""
    entries.breasts = _TRUTH.get(value.lower())
    if value and entries.breasts is None:
        entries.reject(line, name, message("flag"))


class ValueParser:
    """Parses values; `is_exact` means that commas separate columns, so points are decimal points.

    `unit` applies to lengths for which neither a cell nor a heading has a unit.
    """

    def __init__(self, *, is_exact: bool, unit: MeasurementUnit | None) -> None:
        self._is_exact = is_exact
        self._unit = unit

    def parse(
        self,
        entries: Entries,
        line: int,
        entry: str,
        known: NamedMeasurement,
        value: str,
        *,
        cell_unit: str = "",
        heading_unit: MeasurementUnit | None = None,
    ) -> None:
        """Accept or reject one entry. The heading's unit is that of lengths."""
        kind = known.measurement.kind
        default = heading_unit or self._unit
        amount = self._parse_amount(value, cell_unit, default, kind)
        name = known.measurement.name
        if isinstance(amount, Fraction):
            entries.accept(line, entry, name, amount, near=known.near, reason=known.reason)
        else:
            entries.reject(line, entry, amount, name)

    def _parse_amount(
        self, value: str, cell_unit: str, default: MeasurementUnit | None, kind: Kind
    ) -> Fraction | Reason:
        if not value:
            return message("not_measured")
        if value.startswith("="):
            return message("formula")
        is_angle = kind is Kind.ANGLE
        unit = (
            find_unit(cell_unit) if cell_unit else MeasurementUnit.DEGREE if is_angle else default
        )
        plain = parse_number(value) if self._is_exact else None
        if plain is not None and unit and (unit is MeasurementUnit.DEGREE) == is_angle:
            return plain * TO_CANONICAL[unit]
        try:
            return Fraction(parse_quantity(f"{value} {cell_unit}", kind, unit=default)[0])
        except QuantityParseError as error:
            is_bare = parse_number(value.replace(",", ".")) is not None
            has_unit = bool(cell_unit or default)
            return (
                message("no_unit") if is_bare and not has_unit else parse_error_reason(str(error))
            )
