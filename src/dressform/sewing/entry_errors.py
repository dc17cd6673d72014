"""Slips of the unit and of the keyboard, told by what the rest of the same body lets expect.

Never by size alone: dolls and giants are bodies too.
"""

import math
from collections.abc import Iterator, Mapping

from dressform.sewing.catalogue import CATALOGUE, Kind
from dressform.sewing.estimates import BASES, expected, is_usual, scale
from dressform.sewing.plausibility_warning import Hint, as_it_is, listed, quoted

_STEEP = 45
"""Degrees; FreeSewing's largest giant once had 39."""

_FACTORS = {"cm": 10.0, "in": 25.4, "mm": 0.1}
"""What a value is to be multiplied by if it was in this unit and taken for another."""
_ANYBODY = (0.5, 1.5)
"""From a child to the largest adult, beside a usual body."""
_SMALLEST_DOLL = 0.09
_FEWEST = 3
"""Lengths: of two that differ nobody can tell which is off, unless one of them is an adult's."""

_THREE_DIGITS = 100
"""Of fewer there is always a pair to swap."""

# Logarithms of what a value is beside what is expected of it.
_NEAR, _FAR = math.log(1.6), math.log(3)
_FITS, _MISFITS, _UNSEEN_MISFITS = 0.08, 0.2, 0.35


def slips(known: Mapping[str, float], *, breasts: bool) -> Iterator[Hint]:
    """At most one hint for each measurement."""
    yield from _angle(known)
    lengths = {n: value for n, value in known.items() if CATALOGUE[n].kind is Kind.LENGTH}
    in_unit = _units(lengths, breasts=breasts)
    for unit, names in in_unit.items():
        key = f"all {unit}" if len(names) == len(lengths) else unit
        yield Hint.of("unit", key, names, listed(names))
    slipped = {name for names in in_unit.values() for name in names}
    yield from _digits({n: at for n, at in lengths.items() if n not in slipped}, breasts=breasts)


def _angle(known: Mapping[str, float]) -> Iterator[Hint]:
    slope = known.get("shoulderSlope", 0)
    if slope > _STEEP:
        said = quoted("shoulderSlope"), as_it_is(f"{slope:g}°")
        yield Hint.of("angle", "slope", ["shoulderSlope"], *said)


def _units(lengths: Mapping[str, float], *, breasts: bool) -> dict[str, list[str]]:
    """The lengths that each unit would explain."""
    size = _size(lengths, breasts=breasts)
    found: dict[str, list[str]] = {}
    if len(lengths) < _FEWEST and not _is_anybodys(size):
        return found
    for name, value in lengths.items():
        off = math.log(value / (size * BASES[breasts][name]))
        unit = min(_FACTORS, key=lambda each: abs(off + math.log(_FACTORS[each])))
        if abs(off) > _FAR and abs(off + math.log(_FACTORS[unit])) < _NEAR:
            found.setdefault(unit, []).append(name)
    return found


def _size(lengths: Mapping[str, float], *, breasts: bool) -> float:
    """The scale of the body, or what it would be if most of it was in another unit."""
    size = scale(lengths, breasts=breasts)
    if _is_anybodys(size) or _is_to_scale(lengths, breasts=breasts):
        return size
    meant = min((size * each for each in _FACTORS.values()), key=lambda each: abs(math.log(each)))
    return meant if _is_anybodys(meant) else size


def _is_anybodys(size: float) -> bool:
    least, most = _ANYBODY
    return least <= size <= most


def _is_to_scale(lengths: Mapping[str, float], *, breasts: bool) -> bool:
    """As FreeSewing's dolls are made: its usual body made smaller, to the half millimetre."""
    bases = {name: BASES[breasts][name] for name in lengths}
    size = sum(lengths.values()) / sum(bases.values())
    return (
        len(lengths) >= _FEWEST
        and size > _SMALLEST_DOLL
        and all(
            abs(lengths[name] - size * base) <= 0.5 + 0.002 * lengths[name]
            for name, base in bases.items()
        )
    )


def _digits(lengths: Mapping[str, float], *, breasts: bool) -> Iterator[Hint]:
    if len(lengths) < _FEWEST:
        return
    size = scale(lengths, breasts=breasts)
    others = expected(lengths, breasts=breasts)
    for name, value in lengths.items():
        scaled = size * BASES[breasts][name]
        if _misfits(name, value, others[name]) and _misfits(name, value, scaled):
            for swapped in _swapped(value):
                if abs(math.log(swapped / others[name])) < _FITS:
                    said = (quoted(name), *map(as_it_is, (f"{value:g}", f"{swapped:g}")))
                    yield Hint.of("digits", "digits", [name], *said)
                    break


def _misfits(name: str, value: float, wanted: float) -> bool:
    usual = is_usual(name, value)
    enough = _UNSEEN_MISFITS if usual is None else _MISFITS
    return not usual and abs(math.log(value / wanted)) > enough


def _swapped(value: float) -> Iterator[float]:
    """The number with two neighbouring digits in each other's place.

    Only of what may have been typed in mm or cm: inches make other digits.
    """
    digits = f"{value:g}" if value >= _THREE_DIGITS and 2 * value % 1 == 0 else ""
    for at in range(len(digits) - 1):
        pair = digits[at : at + 2]
        swapped = digits[:at] + pair[::-1] + digits[at + 2 :]
        if pair.isdigit() and swapped != digits:
            yield float(swapped)
