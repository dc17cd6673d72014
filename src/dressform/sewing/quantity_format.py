"""Formatting of stored lengths and angles."""

from decimal import Decimal
from fractions import Fraction

from dressform.sewing.units import AMBIGUOUS, TO_CANONICAL, MeasurementUnit

_SIXTEENTH = Fraction("25.4") / 16
_TOLERANCE = 1e-9
_MAX_DIGITS = 25


def format_quantity(value: float, unit: MeasurementUnit) -> str:
    """Return a stored value as text: `110.5 cm`, `43 1/2 in`, `13°`.

    The text is exact, except that inches are rounded to a sixteenth and then begin with ≈.
    """
    if unit is MeasurementUnit.INCH:
        return _format_inches(value)
    number = format(Decimal(repr(value)) / int(TO_CANONICAL[unit]), "f")
    if "." in number:
        number = number[:_MAX_DIGITS].rstrip("0").rstrip(".")
    if unit is MeasurementUnit.MM and AMBIGUOUS.fullmatch(number):
        number += "0"
    return f"{number}°" if unit is MeasurementUnit.DEGREE else f"{number} {unit}"


def _format_inches(value: float) -> str:
    sixteenths = round(Fraction(value) / _SIXTEENTH)
    about = "" if abs(float(sixteenths * _SIXTEENTH) - value) <= _TOLERANCE * value else "≈ "
    whole, over = divmod(sixteenths, 16)
    fraction = str(Fraction(over, 16)) if over else ""
    return (
        f"{about}{' '.join(filter(None, (str(whole) if whole or not over else '', fraction)))} in"
    )
