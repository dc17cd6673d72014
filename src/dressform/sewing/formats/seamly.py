"""Import of Seamly2D's .smis and Valentina's .vit, and of a size of their tables."""

import re
from collections.abc import Mapping
from fractions import Fraction

from dressform.sewing.catalogue import CATALOGUE, Kind, Measurement
from dressform.sewing.data import load_json
from dressform.sewing.formats.entries import Entries
from dressform.sewing.formats.formula import FormulaError, evaluate, is_short
from dressform.sewing.formats.names import BY_CODE_NAME, is_exact
from dressform.sewing.formats.numbers import MILLIMETRES_PER_UNIT, parse_number
from dressform.sewing.formats.personal import sort_kinds
from dressform.sewing.formats.reasons import Reason, message
from dressform.sewing.formats.seamly_xml import TABLES, Element, ParsedXml, parse_xml
from dressform.sewing.formats.size_tables import SizeTable
from dressform.sewing.formats.types import (
    Format,
    ImportOptions,
    ImportResult,
    UnreadableFileError,
)
from dressform.sewing.units import TO_CANONICAL, MeasurementUnit

CUSTOM_PREFIX = "@"
FLAG_PATTERN = re.compile(r"Dressform: breasts=(true|false)")

_BY_CUSTOM = {CUSTOM_PREFIX + name: each for name, each in CATALOGUE.items() if not each.seamly}
_OLD_NAMES: Mapping[str, str] = load_json("formats/seamly_renamed")["names"]
_RENAMED_RISE = {"rise_length_side": "rise_length_side_sitting"}
# The versions since which the names are others, and since which the rise is measured standing.
_RENAMED_BODIES_IN = ((0, 3, 0), (0, 3, 3))
_RENAMED_TABLES_IN = ((0, 4, 0), (0, 4, 2))
_MIN_VERSION = (0, 2, 0)
# A limit on the work of one file; there are fewer measurements than this.
_MAX_FORMULAS = 500


def parse(data: bytes, options: ImportOptions) -> ImportResult:
    """Parse a file. Raises UnreadableFileError."""
    read = parse_xml(data)
    version = _parse_version(read)
    unit = _parse_unit(read, options.unit)
    entries = Entries()
    table = SizeTable(read, options.sizes) if read.root in TABLES else None
    parser = _ElementParser(
        entries, unit, _find_renamed(version, is_table=read.root in TABLES), table
    )
    for element in read.measurements:
        parser.parse(element)
    dropped = set(read.personal)
    entries.breasts, has_more = _parse_flag(read.text("notes"))
    if has_more:
        dropped.add("notes")
    return ImportResult(
        Format(TABLES.get(read.root, read.root)),
        (entries.model,),
        tuple(entries.lines),
        sort_kinds(dropped),
    )


def _parse_version(read: ParsedXml) -> tuple[int, ...] | None:
    text = read.text("version")
    if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,4}){2}", text):
        return None
    version = tuple(int(part) for part in text.split("."))
    if version < _MIN_VERSION:
        raise UnreadableFileError(
            f"version {text} of this kind of file is too old; open it in Seamly2D or "
            "Valentina and save it"
        )
    return version


def _find_renamed(version: tuple[int, ...] | None, *, is_table: bool) -> Mapping[str, str]:
    """Return the names of today for those that a version used."""
    new_names, new_rise = _RENAMED_TABLES_IN if is_table else _RENAMED_BODIES_IN
    if version is None or version >= new_rise:
        return {}
    return _RENAMED_RISE if version >= new_names else _OLD_NAMES


def _parse_unit(read: ParsedXml, asked: MeasurementUnit | None) -> Fraction:
    """Return the millimetres in the unit of the file, else in that of the request."""
    stated = read.text("unit")
    if unit := MILLIMETRES_PER_UNIT.get(stated):
        return unit
    if asked and not stated:
        return TO_CANONICAL[asked]
    raise UnreadableFileError(
        "no unit is given: “unit” must be mm, cm or inch; send `unit=mm`, `unit=cm` or `unit=in`",
        parameter="unit",
    )


def _parse_flag(notes: str) -> tuple[bool | None, bool]:
    """Return the flag from the notes that Dressform wrote, and whether there is other text."""
    flag = FLAG_PATTERN.search(notes)
    return (flag[1] == "true" if flag else None, bool(FLAG_PATTERN.sub("", notes).strip()))


class _ElementParser:
    """Parses the elements in order, since a formula may refer to earlier ones."""

    def __init__(
        self,
        entries: Entries,
        unit: Fraction,
        renamed: Mapping[str, str],
        table: SizeTable | None,
    ) -> None:
        self._entries = entries
        self._table = table
        self._unit = unit
        self._renamed = renamed
        self._known: dict[str, Fraction] = {}
        self._formulas = 0

    def parse(self, element: Element) -> None:
        if element.is_heading:
            self._entries.reject(element.line, element.name, message("heading"))
            return
        known = _find_measurement(self._renamed.get(element.name, element.name))
        value, is_formula = self._parse_value(element, known)
        if known is None:
            is_custom = element.name.startswith(CUSTOM_PREFIX)
            reason = message("custom" if is_custom else "unknown")
            self._entries.reject(element.line, element.name, reason)
        elif known.kind is Kind.LENGTH and element.special_units:
            self._reject(element, known, message("unit_of_its_own"))
        elif value is None:
            self._reject(element, known, self._missing_reason(element))
        else:
            self._accept(element, known, value, is_formula=is_formula)

    def _parse_value(
        self, element: Element, known: Measurement | None
    ) -> tuple[Fraction | None, bool]:
        """Return the value in the file's unit, and whether it was a formula."""
        if self._table:
            return self._table.compute(element), False
        is_angle = element.special_units or (known is not None and known.kind is Kind.ANGLE)
        plain = parse_number(element.value)
        value = plain if plain is not None or is_angle else self._evaluate(element.value)
        if value and not is_angle and is_short(value):
            self._known.setdefault(element.name, value)
        return value, plain is None

    def _missing_reason(self, element: Element) -> Reason:
        if self._table:
            return message("graded_by_rules" if element.rules else "not_a_number")
        return message("formula" if element.value else "not_measured")

    def _evaluate(self, text: str) -> Fraction | None:
        if not text or self._formulas >= _MAX_FORMULAS:
            return None
        self._formulas += 1
        try:
            return evaluate(text, self._known)
        except FormulaError:
            return None

    def _accept(
        self, element: Element, known: Measurement, value: Fraction, *, is_formula: bool
    ) -> None:
        canonical = value * self._unit if known.kind is Kind.LENGTH else value
        near = not is_exact(known)
        self._entries.accept(
            element.line,
            element.name,
            known.name,
            canonical,
            near=near,
            reason=_REASONS[near, is_formula],
        )

    def _reject(self, element: Element, known: Measurement, reason: Reason) -> None:
        self._entries.reject(element.line, element.name, reason, known.name)


_REASONS = {
    (False, False): None,
    (False, True): message("worked_out"),
    (True, False): message("approximate"),
    (True, True): message("worked_out_nearly"),
}


def _find_measurement(name: str) -> Measurement | None:
    return BY_CODE_NAME.get(name) or _BY_CUSTOM.get(name)
