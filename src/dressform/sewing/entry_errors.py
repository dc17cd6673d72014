"""Detection of entry errors: a wrong unit or transposed digits.

A value is compared with what the other measurements of the same body suggest. Size alone is never
an error, since dolls and giants are valid bodies.
"""

import math
from collections.abc import Iterator, Mapping

from dressform.sewing.catalogue import CATALOGUE, Kind
from dressform.sewing.estimates import BASES, body_scale, expected_values, is_in_observed_range
from dressform.sewing.plausibility_warning import (
    PlausibilityWarning,
    quote_label,
    quote_list,
    untranslated_text,
)

_MAX_SLOPE_DEGREES = 45
"""FreeSewing's largest giant once had 39 degrees."""

_FACTORS = {"cm": 10.0, "in": 25.4, "mm": 0.1}
"""The correction factor if a value was in this unit but read as another."""
_HUMAN_SCALES = (0.5, 1.5)
"""The body scales of people, from a child to the largest adult."""
_MIN_DOLL_SCALE = 0.09
_MIN_LENGTHS = 3
"""With fewer lengths, it is unclear which one is wrong, unless the body scale is human."""

_MIN_TRANSPOSED = 100
"""Numbers with fewer digits almost always have a plausible transposition."""

# Limits of log(value / expected value).
_MAX_UNIT_RESIDUAL, _MIN_UNIT_DEVIATION = math.log(1.6), math.log(3)
_MAX_FIT, _MIN_DEVIATION, _MIN_UNOBSERVED_DEVIATION = 0.08, 0.2, 0.35


def find_entry_errors(
    known: Mapping[str, float], *, breasts: bool
) -> Iterator[PlausibilityWarning]:
    """Yield the warnings about entry errors, at most one per measurement."""
    yield from _find_steep_slope(known)
    lengths = {n: value for n, value in known.items() if CATALOGUE[n].kind is Kind.LENGTH}
    by_unit = _find_unit_errors(lengths, breasts=breasts)
    for unit, names in by_unit.items():
        key = f"all {unit}" if len(names) == len(lengths) else unit
        yield PlausibilityWarning.create("unit", key, names, quote_list(names))
    in_error = {name for names in by_unit.values() for name in names}
    yield from _find_transpositions(
        {n: at for n, at in lengths.items() if n not in in_error}, breasts=breasts
    )


def _find_steep_slope(known: Mapping[str, float]) -> Iterator[PlausibilityWarning]:
    slope = known.get("shoulderSlope", 0)
    if slope > _MAX_SLOPE_DEGREES:
        fragments = quote_label("shoulderSlope"), untranslated_text(f"{slope:g}°")
        yield PlausibilityWarning.create("angle", "slope", ["shoulderSlope"], *fragments)


def _find_unit_errors(lengths: Mapping[str, float], *, breasts: bool) -> dict[str, list[str]]:
    """Return the names of lengths that were probably entered in another unit, by that unit."""
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
    """Return the body scale, corrected if most lengths seem to be in another unit."""
    size = body_scale(lengths, breasts=breasts)
    if _is_human_scale(size) or _is_scaled_copy(lengths, breasts=breasts):
        return size
    corrected = min(
        (size * each for each in _FACTORS.values()), key=lambda each: abs(math.log(each))
    )
    return corrected if _is_human_scale(corrected) else size


def _is_human_scale(size: float) -> bool:
    least, most = _HUMAN_SCALES
    return least <= size <= most


def _is_scaled_copy(lengths: Mapping[str, float], *, breasts: bool) -> bool:
    """Return whether the lengths are FreeSewing's base lengths times one factor, to half a mm.

    FreeSewing's dolls are made this way.
    """
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
            for transposed in _transpositions(value):
                if abs(math.log(transposed / others[name])) < _MAX_FIT:
                    fragments = (
                        quote_label(name),
                        *map(untranslated_text, (f"{value:g}", f"{transposed:g}")),
                    )
                    yield PlausibilityWarning.create("digits", "digits", [name], *fragments)
                    break


def _deviates(name: str, value: float, expected: float) -> bool:
    is_usual = is_in_observed_range(name, value)
    minimum = _MIN_UNOBSERVED_DEVIATION if is_usual is None else _MIN_DEVIATION
    return not is_usual and abs(math.log(value / expected)) > minimum


def _transpositions(value: float) -> Iterator[float]:
    """Yield the number with each pair of adjacent digits transposed.

    Only numbers with at most one half as fraction count: others were converted from inches.
    """
    digits = f"{value:g}" if value >= _MIN_TRANSPOSED and 2 * value % 1 == 0 else ""
    for at in range(len(digits) - 1):
        pair = digits[at : at + 2]
        transposed = digits[:at] + pair[::-1] + digits[at + 2 :]
        if pair.isdigit() and transposed != digits:
            yield float(transposed)
