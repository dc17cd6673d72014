"""What the neck lets one expect of the rest of a body, as FreeSewing estimates it.

An estimate is a guess: good to notice a slip and to draw a first outline, never to be stored as if
it had been measured.
"""

import math
from collections.abc import Mapping
from statistics import median_high, median_low

from dressform.sewing.catalogue import visible_measurements
from dressform.sewing.data import load_json

_FACTS = load_json("estimates")
_LENGTHS = _FACTS["lengths"]
_SLOPE: float = _FACTS["shoulderSlope"]

BASES: Mapping[bool, Mapping[str, float]] = {
    True: {name: fact["with_breasts"] for name, fact in _LENGTHS.items()},
    False: {name: fact["without_breasts"] for name, fact in _LENGTHS.items()},
}
"""The lengths in mm that FreeSewing starts from, by the flag."""

# Beyond it FreeSewing's ratios, made for adults, say less than the scale of the whole.
_ADULT_SCALES = (0.7, 1.4)


def estimate_from_neck(neck: float, *, breasts: bool) -> dict[str, float]:
    """Every other relevant measurement for a neck in mm: lengths in mm, shoulderSlope in degrees."""
    bases = BASES[breasts]
    growth = neck / bases["neck"] - 1
    found = {
        name: base + growth * base * _LENGTHS[name]["ratio"]
        for name, base in bases.items()
        if name != "neck"
    } | {"shoulderSlope": _SLOPE}
    return {
        one.name: found[one.name] for one in visible_measurements(breasts) if one.name != "neck"
    }


def body_scale(measurements: Mapping[str, float], *, breasts: bool) -> float:
    """How large a body is beside a usual one: 0.1 for a doll; 1 where nothing is known.

    That of most of it; of two halves that differ, that of the more usual one.
    """
    bases = BASES[breasts]
    ratios = [value / bases[name] for name, value in measurements.items() if name in bases]
    if not ratios:
        return 1.0
    return min(median_low(ratios), median_high(ratios), key=lambda ratio: abs(math.log(ratio)))


def is_in_observed_range(name: str, value: float) -> bool | None:
    """Whether an adult was measured so; None where nobody looked."""
    if "seen" not in _LENGTHS[name]:
        return None
    least, most = _LENGTHS[name]["seen"]
    return bool(least <= value <= most)


def expected_values(measurements: Mapping[str, float], *, breasts: bool) -> dict[str, float]:
    """What the measurements, however few, suggest of each: by the neck, or else by their scale."""
    bases, size = BASES[breasts], body_scale(measurements, breasts=breasts)
    scaled = {name: size * base for name, base in bases.items()} | {"shoulderSlope": _SLOPE}
    neck = measurements.get("neck", 0)
    least, most = _ADULT_SCALES
    if least < size < most and least < neck / scaled["neck"] < most:
        return scaled | estimate_from_neck(neck, breasts=breasts)
    return scaled
