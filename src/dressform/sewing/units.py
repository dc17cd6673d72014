"""Parsing of lengths and angles, and their units.

Arithmetic uses fractions, so that an inch is exactly 25.4 mm and no precision is lost. An ambiguous
text is rejected.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from dressform.sewing.catalogue import MAX_LENGTH_MM, Kind, printable_name
from dressform.sewing.data import load_json
from dressform.sewing.numerals import normalise_numerals

MAX_CHARACTERS = 40
"""The longest accepted text of a quantity."""


class MeasurementUnit(StrEnum):
    MM = "mm"
    CM = "cm"
    INCH = "in"
    DEGREE = "deg"


@dataclass(frozen=True, slots=True)
class EnteredValue:
    """The original text of a quantity, and the unit in which it was parsed."""

    text: str
    unit: MeasurementUnit


class QuantityParseError(ValueError):
    """A quantity that cannot be parsed; the message says why and what to write instead."""


TO_CANONICAL = {
    MeasurementUnit.MM: Fraction(1),
    MeasurementUnit.CM: Fraction(10),
    MeasurementUnit.INCH: Fraction("25.4"),
    MeasurementUnit.DEGREE: Fraction(1),
}
"""Millimetres or degrees in one unit."""

UNIT_BY_NAME: Mapping[str, MeasurementUnit | str] = {
    word: MeasurementUnit(unit) if unit in set(MeasurementUnit) else unit
    for unit, words in load_json("units").items()
    if unit != "source"
    for word in words
}
"""The units by their names in several languages; `m` and `ft` are larger ones."""
# A larger unit with its smaller unit and factor: 5 ft 7 1/2 in, and in French 1 m 65.
_COMPOUND_UNITS = {"m": (MeasurementUnit.CM, 100), "ft": (MeasurementUnit.INCH, 12)}

_TOKEN = re.compile(r"(\d+[ -]+\d+/\d+|\d+/\d+|\d*[.,]\d+|\d+)\s*([^\W\d_]+\.?|''|['\"°])?\s*")
ABOUT = "≈"
"""Stands before a text that is rounded, as the service writes it."""
AMBIGUOUS = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")
"""A number whose separator may be one of thousands or of decimals."""

_EXPECTED_INPUT = {
    Kind.LENGTH: "write a length such as 43 1/2 in, 110.5 cm or 1105 mm",
    Kind.ANGLE: "write an angle such as 13°",
}


def parse_quantity(
    text: str, kind: Kind, *, unit: MeasurementUnit | None = None
) -> tuple[float, MeasurementUnit]:
    """Return the value in millimetres or degrees, and the unit in which it was parsed.

    `unit` applies where the text has no unit of its own. Raises QuantityParseError.
    """
    parts = _tokenize(text, kind)
    default = unit if kind is Kind.LENGTH else MeasurementUnit.DEGREE
    amount, parsed_unit = _combine(parts, text, default)
    if (parsed_unit is MeasurementUnit.DEGREE) is (kind is Kind.LENGTH):
        raise QuantityParseError(
            f"“{printable_name(text)}” is in {_describe_unit(parsed_unit)}: {_EXPECTED_INPUT[kind]}"
        )
    return _to_float(amount * TO_CANONICAL[parsed_unit]), parsed_unit


def convert_number(number: float, unit: MeasurementUnit) -> float:
    """Return a length in millimetres, without an error of rounding."""
    return _to_float(Fraction(Decimal(repr(number))) * TO_CANONICAL[unit])


def _to_float(value: Fraction) -> float:
    return int(value) if value.denominator == 1 else float(value)


def _tokenize(text: str, kind: Kind) -> list[tuple[str, MeasurementUnit | str | None]]:
    """Return the numbers of the text, each with the unit behind it."""
    if len(text) > MAX_CHARACTERS:  # First: to normalise 85,000 characters takes 0.1 s.
        raise QuantityParseError(
            f"that is over {MAX_CHARACTERS} characters long: {_EXPECTED_INPUT[kind]}"
        )
    plain = normalise_numerals(text).removeprefix(ABOUT).lstrip()
    if not plain:
        raise QuantityParseError(f"nothing was typed: {_EXPECTED_INPUT[kind]}")
    parts, at = [], 0
    while at < len(plain):
        part = _TOKEN.match(plain, at)
        if part is None:
            raise QuantityParseError(
                f"“{printable_name(plain[at:])}” was not understood: {_EXPECTED_INPUT[kind]}"
            )
        parts.append((part[1], _parse_unit(part[2], kind)))
        at = part.end()
    return parts


def _parse_unit(word: str | None, kind: Kind) -> MeasurementUnit | str | None:
    if word is None:
        return None
    meant = UNIT_BY_NAME.get(word.rstrip("."))
    if meant is None:
        known = "mm, cm, m, in or ft" if kind is Kind.LENGTH else "°"
        raise QuantityParseError(
            f"“{printable_name(word)}” is not a unit that is known here: use {known}"
        )
    return meant


def _combine(
    parts: list[tuple[str, MeasurementUnit | str | None]],
    text: str,
    default: MeasurementUnit | None,
) -> tuple[Fraction, MeasurementUnit]:
    (number, unit), *rest = parts
    if unit in _COMPOUND_UNITS:
        smaller, times = _COMPOUND_UNITS[unit]
        amount = _parse_number(number) * times
        return (amount + _parse_minor(rest, unit, smaller, text), smaller)
    if rest:
        raise QuantityParseError(
            f"“{printable_name(text)}” holds more than one number: write one length, in one unit"
        )
    known_unit = unit or default
    if not isinstance(known_unit, MeasurementUnit):
        raise QuantityParseError(
            f"“{printable_name(text)}” has no unit: write mm, cm or in behind it, or send `unit`"
        )
    _assert_unambiguous(number, known_unit)
    return _parse_number(number), known_unit


def _parse_minor(
    rest: list[tuple[str, MeasurementUnit | str | None]],
    unit: MeasurementUnit | str,
    smaller: MeasurementUnit,
    text: str,
) -> Fraction:
    """Parse the smaller unit that follows feet or metres."""
    if not rest:
        return Fraction(0)
    (number, minor_unit), *more = rest
    # 1 m 5 can mean 1.05 m or 1.5 m.
    is_unsure = minor_unit is None and unit == "m" and not re.fullmatch(r"\d\d", number)
    if more or minor_unit not in {smaller, None} or is_unsure:
        raise QuantityParseError(
            f"“{printable_name(text)}” was not understood: write it in one unit, in mm, cm or in"
        )
    return _parse_number(number)


def _parse_number(number: str) -> Fraction:
    whole, _, fraction = re.sub(r"[ -]+", " ", number).rpartition(" ")
    if "/" not in fraction:
        return Fraction(Decimal(fraction.replace(",", ".")))
    over, under = (Fraction(int(each)) for each in fraction.split("/"))
    if not under or (whole and over >= under):
        raise QuantityParseError(
            f"“{printable_name(number)}” is not a number: write it like 12 1/4"
        )
    return (Fraction(int(whole)) if whole else Fraction(0)) + over / under


def _assert_unambiguous(number: str, unit: MeasurementUnit) -> None:
    """Raise QuantityParseError where a thousands separator may be a decimal point."""
    if not AMBIGUOUS.fullmatch(number):
        return
    digits = re.sub(r"[.,]", "", number)
    if unit is not MeasurementUnit.DEGREE and int(digits) * TO_CANONICAL[unit] <= MAX_LENGTH_MM:
        raise QuantityParseError(
            f"“{number}” can be read in two ways: write {digits}, or {number}0 if you mean the "
            "decimals"
        )


def _describe_unit(unit: MeasurementUnit) -> str:
    return "degrees" if unit is MeasurementUnit.DEGREE else f"{unit}, a unit of length"
