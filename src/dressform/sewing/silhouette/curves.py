"""Smooth curves. A point is a complex number: x to the right, y down."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

_HALVINGS = 12
"""The steps of a bisection, to 1/4096 of a curve."""


@dataclass(frozen=True, slots=True)
class Station:
    """A point on a curve, and whether the measurement behind it is known."""

    at: complex
    measured: bool


@dataclass(frozen=True, slots=True)
class Curve:
    """A cubic Bézier curve; `measured` means that its width was measured."""

    points: tuple[complex, complex, complex, complex]
    measured: bool

    def split_in_half(self) -> "tuple[Curve, Curve]":
        """Return both halves, by de Casteljau's algorithm."""
        start, near, far, end = self.points
        a, b, c = (start + near) / 2, (near + far) / 2, (far + end) / 2
        d, e = (a + b) / 2, (b + c) / 2
        middle = (d + e) / 2
        return (
            replace(self, points=(start, a, d, middle)),
            replace(self, points=(middle, e, c, end)),
        )

    def find_crossing(self, x: float) -> float:
        """Return y where the curve reaches x; the curve runs towards the middle of the body."""
        curve = self
        for _ in range(_HALVINGS):
            before, after = curve.split_in_half()
            curve = before if after.points[0].real < x else after
        return curve.points[0].imag

    def mirror(self) -> "Curve":
        """Return the mirror image on the other side of the body."""
        start, near, far, end = (-point.conjugate() for point in self.points)
        return replace(self, points=(start, near, far, end))


def connect(one: Station, near: complex, far: complex, other: Station) -> list[Curve]:
    """Return a curve, split in half where only one end was measured."""
    whole = Curve((one.at, near, far, other.at), one.measured)
    if one.measured is other.measured:
        return [whole]
    first, second = whole.split_in_half()
    return [first, replace(second, measured=other.measured)]


def interpolate(stations: Sequence[Station], origin: complex = 0, turn: complex = 1) -> list[Curve]:
    """Return a monotone curve along y through all stations.

    The stations are in local coordinates, which are rotated by `turn` and moved to `origin`.
    """
    found = []
    for (one, lean), (other, next_lean) in pairwise(
        zip(stations, _compute_slopes(stations), strict=True)
    ):
        third = (other.at.imag - one.at.imag) / 3
        near = one.at + complex(lean * third, third)
        far = other.at - complex(next_lean * third, third)
        placed = [replace(each, at=origin + turn * each.at) for each in (one, other)]
        found += connect(placed[0], origin + turn * near, origin + turn * far, placed[1])
    return found


def connect_straight(one: Station, other: Station) -> list[Curve]:
    """Return a straight line between two stations, as curves."""
    third = (other.at - one.at) / 3
    return connect(one, one.at + third, other.at - third, other)


def _compute_slopes(stations: Sequence[Station]) -> list[float]:
    """Return dx/dy at each station."""
    steps = [other.at - one.at for one, other in pairwise(stations)]
    return [0.0, *(_compute_slope(before, after) for before, after in pairwise(steps)), 0.0]


def _compute_slope(before: complex, after: complex) -> float:
    """Return the slope of Fritsch and Butland, which never overshoots; 0 at a turning point."""
    if before.imag * after.imag <= 0 or before.real * after.real <= 0:
        return 0.0
    total = before.imag + after.imag
    near, far = (total + after.imag) / (3 * total), (total + before.imag) / (3 * total)
    return 1 / (near * before.imag / before.real + far * after.imag / after.real)


def space_apart(wanted: Iterable[float], gap: float) -> list[float]:
    """Return positions at least a gap apart, with the least squared distance to `wanted` (sorted)."""
    blocks: list[tuple[float, int]] = []
    for index, at in enumerate(wanted):
        total, count = at - index * gap, 1
        while blocks and blocks[-1][0] / blocks[-1][1] > total / count:
            before, more = blocks.pop()
            total, count = total + before, count + more
        blocks.append((total, count))
    flat = [total / count for total, count in blocks for _ in range(count)]
    return [at + index * gap for index, at in enumerate(flat)]
