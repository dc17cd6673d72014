"""Formatting of stored lengths and angles."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from dressform.sewing.numerals import normalise_numerals
from dressform.sewing.units import (
    ABOUT,
    AMBIGUOUS,
    TO_CANONICAL,
    EnteredValue,
    MeasurementUnit,
)

LANGUAGES = ("en", "fr")
_SIXTEENTH = Fraction("25.4") / 16
_TOLERANCE = 1e-9
_MAX_DIGITS = 25
_SMALLEST = Decimal(10) ** (2 - _MAX_DIGITS)


@dataclass(frozen=True, slots=True)
class QuantityFormat:
    """The unit of lengths, and the language whose decimal mark is used."""

    unit: MeasurementUnit
    language: str = "en"


def format_quantity(value: float, unit: MeasurementUnit, language: str = "en") -> str:
    """Return a stored value as text: `110.5 cm`, in French `110,5 cm`, `43 1/2 in`, `13°`.

    The text is exact unless it begins with ≈: inches are rounded to a sixteenth.
    """
    if unit is MeasurementUnit.INCH:
        text = _format_inches(value)
    else:
        text = _format_decimal(Decimal(repr(value)) / int(TO_CANONICAL[unit]))
        if unit is MeasurementUnit.MM and AMBIGUOUS.fullmatch(text):
            text += "0"
    if language == "fr":
        text = text.replace(".", ",")
    return f"{text}°" if unit is MeasurementUnit.DEGREE else f"{text} {unit}"


def is_text_of(entered: EnteredValue, value: float) -> bool:
    """Return whether the text is what `format_quantity` writes for the value, in any language."""
    written = {normalise_numerals(format_quantity(value, entered.unit, each)) for each in LANGUAGES}
    return normalise_numerals(entered.text) in written


def _format_inches(value: float) -> str:
    sixteenths = round(Fraction(value) / _SIXTEENTH)
    if not sixteenths:
        inches = Decimal(f"{Decimal(repr(value)) / Decimal('25.4'):.3g}")
        return f"{ABOUT} {_format_decimal(inches).removeprefix(f'{ABOUT} ')}"
    about = "" if abs(float(sixteenths * _SIXTEENTH) - value) <= _TOLERANCE * value else f"{ABOUT} "
    whole, over = divmod(sixteenths, 16)
    fraction = str(Fraction(over, 16)) if over else ""
    return f"{about}{' '.join(filter(None, (str(whole) if whole else '', fraction)))}"


def _format_decimal(number: Decimal) -> str:
    """Return the digits, of which at most 25 characters; ≈ stands before digits that were cut."""
    text = format(number, "f")
    if "." not in text:
        return text
    short = text[:_MAX_DIGITS].rstrip("0").rstrip(".")
    if short == "0":
        short = format(_SMALLEST, "f")
    return short if Decimal(short) == number else f"{ABOUT} {short}"
