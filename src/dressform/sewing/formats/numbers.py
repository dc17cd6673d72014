"""Plain numbers of files, read in fractions so that nothing is lost on the way."""

import re
from decimal import Decimal
from fractions import Fraction

# The smallest float there is has 324 digits behind its point.
_MAX_CHARACTERS = 400
_PLAIN = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")

MILLIMETRES_PER_UNIT = {
    "mm": Fraction(1),
    "cm": Fraction(10),
    "inch": Fraction("25.4"),
}
"""Millimetres in each unit, by the names that Seamly2D and Valentina use."""


def parse_number(text: str) -> Fraction | None:
    """None for whatever is not one number with a decimal point."""
    plain = text.strip()
    if len(plain) > _MAX_CHARACTERS or not _PLAIN.fullmatch(plain):
        return None
    return Fraction(Decimal(plain))


def format_number(value: float) -> str:
    """A number in full, without an exponent: it comes back as the same float."""
    return format(Decimal(repr(float(value))), "f").removesuffix(".0")
