"""Estimates of all measurements from the neck, by FreeSewing's formulas.

An estimate helps to detect an entry error and to draw a first silhouette. It is never stored as a
measurement.
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
"""FreeSewing's base lengths in mm, by the flag."""

# FreeSewing's ratios were made for adults. Outside this range the body scale is more accurate.
_ADULT_SCALES = (0.7, 1.4)


def estimate_from_neck(neck: float, *, breasts: bool) -> dict[str, float]:
    """Return all other visible measurements for a neck in mm: lengths in mm, the slope in degrees."""
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
    """Return a body's size relative to the base lengths: 0.1 for a doll; 1 without measurements.

    This is the median ratio. Of two middle ratios, the one closer to 1 counts.
    """
    bases = BASES[breasts]
    ratios = [value / bases[name] for name, value in measurements.items() if name in bases]
    if not ratios:
        return 1.0
    return min(median_low(ratios), median_high(ratios), key=lambda ratio: abs(math.log(ratio)))


def is_in_observed_range(name: str, value: float) -> bool | None:
    """Return whether adults have been measured with this value; None without such a survey."""
    if "seen" not in _LENGTHS[name]:
        return None
    least, most = _LENGTHS[name]["seen"]
    return bool(least <= value <= most)


def expected_values(measurements: Mapping[str, float], *, breasts: bool) -> dict[str, float]:
    """Return an expected value for each measurement, from the neck or else from the body scale."""
    bases, size = BASES[breasts], body_scale(measurements, breasts=breasts)
    scaled = {name: size * base for name, base in bases.items()} | {"shoulderSlope": _SLOPE}
    neck = measurements.get("neck", 0)
    least, most = _ADULT_SCALES
    if least < size < most and least < neck / scaled["neck"] < most:
        return scaled | estimate_from_neck(neck, breasts=breasts)
    return scaled
