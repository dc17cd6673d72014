"""Slips of the unit and of the keyboard, told by what the rest of the same body lets expect.

Never by size alone: dolls and giants are bodies too.
"""

import math
from collections.abc import Iterator, Mapping

from dressform.sewing.catalogue import CATALOGUE, Kind
from dressform.sewing.estimates import BASES, body_scale, expected_values, is_in_observed_range
from dressform.sewing.plausibility_warning import (
    PlausibilityWarning,
    quote_label,
    quote_list,
    untranslated,
)

_MAX_SLOPE_DEGREES = 45
"""Degrees; FreeSewing's largest giant once had 39."""

_FACTORS = {"cm": 10.0, "in": 25.4, "mm": 0.1}
"""What a value is to be multiplied by if it was in this unit and taken for another."""
_HUMAN_SCALES = (0.5, 1.5)
"""From a child to the largest adult, beside a usual body."""
_MIN_DOLL_SCALE = 0.09
_MIN_LENGTHS = 3
"""Lengths: of two that differ nobody can tell which is off, unless one of them is an adult's."""

_MIN_TRANSPOSED = 100
"""Of fewer there is always a pair to swap."""

# Logarithms of what a value is beside what is expected of it.
_MAX_UNIT_RESIDUAL, _MIN_UNIT_DEVIATION = math.log(1.6), math.log(3)
_MAX_FIT, _MIN_DEVIATION, _MIN_UNOBSERVED_DEVIATION = 0.08, 0.2, 0.35


def find_entry_errors(
    known: Mapping[str, float], *, breasts: bool
) -> Iterator[PlausibilityWarning]:
    """At most one hint for each measurement."""
    yield from _find_steep_slope(known)
    lengths = {n: value for n, value in known.items() if CATALOGUE[n].kind is Kind.LENGTH}
    in_unit = _find_unit_errors(lengths, breasts=breasts)
    for unit, names in in_unit.items():
        key = f"all {unit}" if len(names) == len(lengths) else unit
        yield PlausibilityWarning.create("unit", key, names, quote_list(names))
    slipped = {name for names in in_unit.values() for name in names}
    yield from _find_transpositions(
        {n: at for n, at in lengths.items() if n not in slipped}, breasts=breasts
    )


def _find_steep_slope(known: Mapping[str, float]) -> Iterator[PlausibilityWarning]:
    slope = known.get("shoulderSlope", 0)
    if slope > _MAX_SLOPE_DEGREES:
        said = quote_label("shoulderSlope"), untranslated(f"{slope:g}°")
        yield PlausibilityWarning.create("angle", "slope", ["shoulderSlope"], *said)


def _find_unit_errors(lengths: Mapping[str, float], *, breasts: bool) -> dict[str, list[str]]:
    """The lengths that each unit would explain."""
    size = _body_scale(lengths, breasts=breasts)
    found: dict[str, list[str]] = {}
    if len(lengths) < _MIN_LENGTHS and not _is_human_scale(size):
        return found
    for name, value in lengths.items():
        off = math.log(value / (size * BASES[breasts][name]))
        unit = min(_FACTORS, key=lambda each: abs(off + math.log(_FACTORS[each])))
        if (
            abs(off) > _MIN_UNIT_DEVIATION
            and abs(off + math.log(_FACTORS[unit])) < _MAX_UNIT_RESIDUAL
        ):
            found.setdefault(unit, []).append(name)
    return found


def _body_scale(lengths: Mapping[str, float], *, breasts: bool) -> float:
    """The scale of the body, or what it would be if most of it was in another unit."""
    size = body_scale(lengths, breasts=breasts)
    if _is_human_scale(size) or _is_scaled_copy(lengths, breasts=breasts):
        return size
    meant = min((size * each for each in _FACTORS.values()), key=lambda each: abs(math.log(each)))
    return meant if _is_human_scale(meant) else size


def _is_human_scale(size: float) -> bool:
    least, most = _HUMAN_SCALES
    return least <= size <= most


def _is_scaled_copy(lengths: Mapping[str, float], *, breasts: bool) -> bool:
    """As FreeSewing's dolls are made: its usual body made smaller, to the half millimetre."""
    bases = {name: BASES[breasts][name] for name in lengths}
    size = sum(lengths.values()) / sum(bases.values())
    return (
        len(lengths) >= _MIN_LENGTHS
        and size > _MIN_DOLL_SCALE
        and all(
            abs(lengths[name] - size * base) <= 0.5 + 0.002 * lengths[name]
            for name, base in bases.items()
        )
    )


def _find_transpositions(
    lengths: Mapping[str, float], *, breasts: bool
) -> Iterator[PlausibilityWarning]:
    if len(lengths) < _MIN_LENGTHS:
        return
    size = body_scale(lengths, breasts=breasts)
    others = expected_values(lengths, breasts=breasts)
    for name, value in lengths.items():
        scaled = size * BASES[breasts][name]
        if _deviates(name, value, others[name]) and _deviates(name, value, scaled):
            for swapped in _transpositions(value):
                if abs(math.log(swapped / others[name])) < _MAX_FIT:
                    said = (quote_label(name), *map(untranslated, (f"{value:g}", f"{swapped:g}")))
                    yield PlausibilityWarning.create("digits", "digits", [name], *said)
                    break


def _deviates(name: str, value: float, wanted: float) -> bool:
    usual = is_in_observed_range(name, value)
    enough = _MIN_UNOBSERVED_DEVIATION if usual is None else _MIN_DEVIATION
    return not usual and abs(math.log(value / wanted)) > enough


def _transpositions(value: float) -> Iterator[float]:
    """The number with two neighbouring digits in each other's place.

    Only of what may have been typed in mm or cm: inches make other digits.
    """
    digits = f"{value:g}" if value >= _MIN_TRANSPOSED and 2 * value % 1 == 0 else ""
    for at in range(len(digits) - 1):
        pair = digits[at : at + 2]
        swapped = digits[:at] + pair[::-1] + digits[at + 2 :]
        if pair.isdigit() and swapped != digits:
            yield float(swapped)
