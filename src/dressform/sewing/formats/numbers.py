"""Exact parsing and formatting of plain numbers in files."""

import re
from decimal import Decimal
from fractions import Fraction

from dressform.sewing.numerals import normalise_numerals

# The smallest float has 324 digits behind its decimal point.
_MAX_CHARACTERS = 400
_PLAIN = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")

MILLIMETRES_PER_UNIT = {
    "mm": Fraction(1),
    "cm": Fraction(10),
    "inch": Fraction("25.4"),
}
"""Millimetres in each unit, by the names that Seamly2D and Valentina use."""


def parse_number(text: str) -> Fraction | None:
    """Return the number, in digits of any script, or None for any other text."""
    plain = text.strip()
    if len(plain) > _MAX_CHARACTERS:
        return None
    if not plain.isascii():
        plain = normalise_numerals(plain)
    if not _PLAIN.fullmatch(plain):
        return None
    return Fraction(Decimal(plain))


def format_number(value: float) -> str:
    """Return the number without an exponent, so that it is parsed back as the same float."""
    return format(Decimal(repr(float(value))), "f").removesuffix(".0")
