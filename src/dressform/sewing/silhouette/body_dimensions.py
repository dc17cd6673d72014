"""The dimensions of a drawn body, from its measurements."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from dressform.sewing.catalogue import CATALOGUE, Kind, visible_measurements
from dressform.sewing.data import load_json
from dressform.sewing.estimates import expected_values

_FACTS = load_json("silhouette")
_DEPTHS: Mapping[str, float] = _FACTS["depths"]
_DEPTH_WITH_BREASTS: float = _FACTS["depth_with_breasts"]

_MIN_MM = 0.001
"""Smaller values are drawn with this one."""


@dataclass(frozen=True, slots=True)
class BodyDimensions:
    """A value for each visible measurement; `known` has the names of the measured ones."""

    values: Mapping[str, float]
    known: frozenset[str]
    breasts: bool

    @classmethod
    def from_measurements(
        cls, measurements: Mapping[str, float], *, breasts: bool
    ) -> "BodyDimensions":
        """Complete the measurements with estimates."""
        names = [each.name for each in visible_measurements(breasts)]
        known = {n: max(measurements[n], _MIN_MM) for n in names if n in measurements}
        values = expected_values(known, breasts=breasts) | known
        return cls({name: values[name] for name in names}, frozenset(known), breasts)

    def __getitem__(self, name: str) -> float:
        return self.values[name]

    def is_measured(self, *names: str) -> bool:
        """Return whether all of these were measured."""
        return self.known.issuperset(names)

    def half_width(self, name: str) -> float:
        """Return half the width of the ellipse with this circumference."""
        deep = self.breasts and name == "chest"
        return ellipse_width(self[name], _DEPTH_WITH_BREASTS if deep else _DEPTHS[name]) / 2

    def scaled_by(self, factor: float) -> "BodyDimensions":
        """Return the same body at another scale."""
        scaled = {
            name: value * factor if CATALOGUE[name].kind is Kind.LENGTH else value
            for name, value in self.values.items()
        }
        return replace(self, values=scaled)


def ellipse_width(around: float, depth: float) -> float:
    """Return the width of an ellipse of this circumference, by Ramanujan's formula.

    `depth` is the ratio of its depth to its width.
    """
    return 2 * around / (math.pi * (3 * (1 + depth) - math.sqrt((3 + depth) * (1 + 3 * depth))))
