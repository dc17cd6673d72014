"""The right leg, from the level of the upper leg measurement down to the floor."""

from dataclasses import dataclass
from functools import cached_property

from dressform.sewing.silhouette.body_dimensions import BodyDimensions
from dressform.sewing.silhouette.curves import Curve, Station, connect, interpolate
from dressform.sewing.silhouette.levels import Levels


@dataclass(frozen=True, slots=True)
class Section:
    """A cross section of a leg: its middle and half its width."""

    middle: complex
    half: float
    measured: bool

    @property
    def outer(self) -> Station:
        return Station(self.middle + self.half, self.measured)

    @property
    def inner(self) -> Station:
        return Station(self.middle - self.half, self.measured)


class Leg:
    def __init__(self, sizes: BodyDimensions, levels: Levels) -> None:
        self._sizes = sizes
        self._levels = levels
        self._gap = 0.01 * sizes["upperLeg"]
        self._thigh = self._gap + sizes.half_width("upperLeg")

    @property
    def outer_stations(self) -> list[Station]:
        """Return the outer stations from the top down."""
        return [self._top.outer, *(section.outer for section in self._lower)]

    @property
    def middles(self) -> dict[str, complex]:
        """Return the middle of each circumference measurement."""
        knee, _, ankle = self._lower
        return {"upperLeg": self._top.middle, "knee": knee.middle, "ankle": ankle.middle}

    @property
    def foot(self) -> list[Curve]:
        ankle = self._lower[-1]
        start, end = ankle.outer, ankle.inner
        high, wide = self._levels.floor - ankle.middle.imag, 1.25 * ankle.half
        toe = 0.16 * high
        ground = complex(ankle.middle.real, self._levels.floor - toe)
        right = Station(ground + 1.28 * wide, ankle.measured)
        left = Station(ground - 0.92 * wide, ankle.measured)
        return [
            *connect(start, start.at + 0.45j * high, right.at - 0.3j * high, right),
            *connect(right, right.at + 1.35j * toe, left.at + 1.35j * toe, left),
            *connect(left, left.at - 0.3j * high, end.at + 0.45j * high, end),
        ]

    @property
    def inner_line(self) -> list[Curve]:
        """Return the inner line from the ankle up to the crotch."""
        known = self._sizes.is_measured("upperLeg")
        below = self._levels.crotch + 0.04 * self._sizes["inseam"]
        top = Station(complex(self._gap, below), known)
        crotch = Station(complex(0, self._levels.crotch), known)
        lower = [section.inner for section in reversed(self._lower)]
        arch = crotch.at + 0.9 * self._gap
        return [*interpolate([*lower, top]), *connect(top, top.at, arch, crotch)]

    @property
    def _top(self) -> Section:
        middle = complex(self._thigh, self._levels.upper_leg)
        return Section(
            middle, self._sizes.half_width("upperLeg"), self._sizes.is_measured("upperLeg")
        )

    @cached_property
    def _lower(self) -> tuple[Section, Section, Section]:
        """Return knee, calf and ankle, placed so that the legs do not overlap."""
        sizes, levels = self._sizes, self._levels
        knee, ankle = sizes.half_width("knee"), sizes.half_width("ankle")
        bent = complex(max(0.96 * self._thigh, knee + self._gap), levels.knee)
        standing = complex(max(0.9 * self._thigh, ankle + self._gap), levels.ankle)
        calf = complex((bent + standing).real / 2, bent.imag + 0.3 * (standing - bent).imag)
        return (
            Section(bent, knee, sizes.is_measured("knee")),
            Section(calf, 0.97 * knee, sizes.is_measured("knee", "ankle")),
            Section(standing, ankle, sizes.is_measured("ankle")),
        )
