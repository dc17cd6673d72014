"""The functions and constants of Seamly2D's and Valentina's formulas.

Both programs define these names in `src/libs/qmuparser/qmuparser.cpp`; `r2cm` is Valentina's alone.
Angles are in radians, and in degrees for names that end with D. `csrCm` and `csrInch`, which serve
the drafting of darts, are left out.
"""

import math
from collections.abc import Callable, Mapping
from fractions import Fraction

_MAX_POWER = 64

CONSTANTS: Mapping[str, Fraction] = {"_pi": Fraction(math.pi), "_e": Fraction(math.e)}


def _round(value: Fraction) -> Fraction:
    return Fraction(math.floor(value + Fraction(1, 2)))


def _sign(value: Fraction) -> Fraction:
    return Fraction((value > 0) - (value < 0))


def _remainder(number: Fraction, divisor: Fraction) -> Fraction:
    """Return the remainder with the sign of the number, as C's fmod does."""
    return number - divisor * math.trunc(number / divisor)


def _average(*values: Fraction) -> Fraction:
    return sum(values, Fraction(0)) / len(values)


def raise_to_power(base: Fraction, exponent: Fraction) -> Fraction:
    """Return the power: exact for a small whole exponent. Raises ArithmeticError, ValueError."""
    bits = base.numerator.bit_length() + base.denominator.bit_length()
    if exponent.denominator == 1 and abs(exponent) <= _MAX_POWER and bits * abs(exponent) <= 1024:  # noqa: PLR2004
        return Fraction(base ** int(exponent))
    return Fraction(math.pow(base, exponent))


_FLOAT_FUNCTIONS: Mapping[str, Callable[[float], float]] = {
    "degTorad": math.radians,
    "radTodeg": math.degrees,
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "sinD": lambda angle: math.sin(math.radians(angle)),
    "cosD": lambda angle: math.cos(math.radians(angle)),
    "tanD": lambda angle: math.tan(math.radians(angle)),
    "asin": math.asin,
    "acos": math.acos,
    "atan": math.atan,
    "asinD": lambda value: math.degrees(math.asin(value)),
    "acosD": lambda value: math.degrees(math.acos(value)),
    "atanD": lambda value: math.degrees(math.atan(value)),
    "sinh": math.sinh,
    "cosh": math.cosh,
    "tanh": math.tanh,
    "asinh": math.asinh,
    "acosh": math.acosh,
    "atanh": math.atanh,
    "log2": math.log2,
    "log10": math.log10,
    "log": math.log10,
    "ln": math.log,
    "exp": math.exp,
    "sqrt": math.sqrt,
}
_EXACT_FUNCTIONS: Mapping[str, Callable[[Fraction], Fraction]] = {
    "abs": abs,
    "sign": _sign,
    "rint": _round,
    "r2cm": lambda value: _round(value * 10) / 10,
}
_PAIR_FUNCTIONS: Mapping[str, Callable[[Fraction, Fraction], Fraction]] = {
    "fmod": _remainder,
    "atan2": lambda y, x: Fraction(math.atan2(y, x)),
}
_LIST_FUNCTIONS: Mapping[str, Callable[..., Fraction]] = {
    "sum": lambda *values: sum(values, Fraction(0)),
    "avg": _average,
    "min": lambda *values: min(values),
    "max": lambda *values: max(values),
}

FUNCTIONS = frozenset([*_FLOAT_FUNCTIONS, *_EXACT_FUNCTIONS, *_PAIR_FUNCTIONS, *_LIST_FUNCTIONS])


def call_function(name: str, values: list[Fraction]) -> Fraction:
    """Return the value of a function. Raises ArithmeticError, ValueError and TypeError."""
    if function := _FLOAT_FUNCTIONS.get(name):
        (value,) = values
        return Fraction(function(float(value)))
    if exact := _EXACT_FUNCTIONS.get(name):
        (value,) = values
        return exact(value)
    if pair := _PAIR_FUNCTIONS.get(name):
        first, second = values
        return pair(first, second)
    return _LIST_FUNCTIONS[name](*values)
