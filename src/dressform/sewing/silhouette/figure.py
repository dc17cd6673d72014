"""The geometry of the figure in mm, with the middle of the waist at zero.

Only the right half is computed; the left half is its mirror image.
"""

import math
from functools import cached_property

from dressform.sewing.silhouette.arm import Arm
from dressform.sewing.silhouette.body_dimensions import BodyDimensions
from dressform.sewing.silhouette.curves import (
    Curve,
    Station,
    connect,
    connect_straight,
    interpolate,
)
from dressform.sewing.silhouette.leg import Leg
from dressform.sewing.silhouette.levels import Levels

_QUARTER_CIRCLE = 0.5523
"""The control point distance of a Bézier curve for a quarter of a circle."""
_MAX_SLOPE_DEGREES = 60
"""Steeper shoulders are drawn with this slope: tan() would put the tip below the floor."""


class Figure:
    def __init__(self, sizes: BodyDimensions) -> None:
        self.sizes = sizes
        self.levels = Levels.from_dimensions(sizes)
        self.leg = Leg(sizes, self.levels)

    @cached_property
    def armpit(self) -> Station:
        if self.sizes.breasts:
            return self._station(self.sizes.half_width("highBust"), self.levels.armpit, "highBust")
        return self._station(0.96 * self.sizes.half_width("chest"), self.levels.armpit, "chest")

    @cached_property
    def side(self) -> list[Curve]:
        """Return the side of the body, from the armpit down to the ankle."""
        return interpolate([self.armpit, *self._trunk, *self.leg.outer_stations])

    @property
    def _trunk(self) -> list[Station]:
        levels = self.levels
        names = {"chest": levels.chest}
        names |= {"underbust": levels.underbust} if self.sizes.breasts else {}
        names |= {"waist": 0.0, "hips": levels.hips, "seat": levels.seat}
        return [self._station(self.sizes.half_width(name), y, name) for name, y in names.items()]

    @cached_property
    def head(self) -> list[Curve]:
        """Return the right half of the head, from the top."""
        wide, high, middle = self.sizes.half_width("head"), self._head_height, self.temples
        known = self.sizes.is_measured("head")
        top = Station(complex(0, self._chin - high), known)
        temple = Station(complex(wide, middle), known)
        chin = Station(complex(0, self._chin), known)
        up, down = 0.46 * high, 0.54 * high
        return [
            *connect(
                top,
                top.at + 1.1 * _QUARTER_CIRCLE * wide,
                temple.at - 1j * _QUARTER_CIRCLE * up,
                temple,
            ),
            *connect(temple, temple.at + 0.62j * down, chin.at + 0.5 * wide, chin),
        ]

    @property
    def temples(self) -> float:
        """Return the height at which the head is measured."""
        return self._chin - 0.54 * self._head_height

    @property
    def _head_height(self) -> float:
        return 0.4 * self.sizes["head"]

    @property
    def _chin(self) -> float:
        return self.levels.shoulder - 0.09 * self.sizes["head"]

    @cached_property
    def tip(self) -> Station:
        """Return the tip of the shoulder."""
        at = 0.5 * self.sizes["shoulderToShoulder"]
        neck = self.sizes.half_width("neck")
        slope = math.radians(min(self.sizes["shoulderSlope"], _MAX_SLOPE_DEGREES))
        drop = abs(at - neck) * math.tan(slope)
        return self._station(at, self.levels.shoulder + drop, "shoulderToShoulder")

    @cached_property
    def neck(self) -> list[Curve]:
        wide = self.sizes.half_width("neck")
        known = self.sizes.is_measured("neck")
        top = Station(complex(0.92 * wide, self._jaw), known)
        side = complex(wide, self.levels.shoulder)
        bend = Station(side + 0.45 * (self.tip.at - side), self.tip.measured)
        curve = connect(
            top, top.at + 0.95j * (side - top.at).imag, side + 0.1 * (bend.at - side), bend
        )
        return [*curve, *connect_straight(bend, self.tip)]

    @property
    def _jaw(self) -> float:
        """Return the height at which the neck meets the outline of the head."""
        *_, cheek = self.head
        return cheek.find_crossing(0.92 * self.sizes.half_width("neck"))

    @cached_property
    def arm(self) -> Arm:
        neck = complex(self.sizes.half_width("neck"), self.levels.shoulder)
        hips = [station.at for station in (*self._trunk, *self.leg.outer_stations[:1])]
        return Arm(self.sizes, self.tip, self.tip.at - neck, self.armpit, hips)

    @property
    def outlines(self) -> list[list[Curve]]:
        """Return all lines of the right half."""
        leg = [self.leg.foot, self.leg.inner_line]
        return [self.head, self.neck, self.arm.outline, self.side, *leg]

    @cached_property
    def edge(self) -> float:
        """Return the largest distance from the middle."""
        return max(abs(point.real) for point in self._points)

    @property
    def longest(self) -> float:
        """Return the larger one of height and width."""
        heights = [point.imag for point in self._points]
        return max(2 * self.edge, max(heights) - min(heights))

    @property
    def _points(self) -> list[complex]:
        return [point for line in self.outlines for curve in line for point in curve.points]

    @property
    def skins(self) -> list[list[Curve]]:
        """Return the areas of the right half to fill: head, arm, and trunk with leg."""
        top = Station(self.neck[0].points[0], measured=True)
        middle = Station(complex(0, top.at.imag), measured=True)
        trunk = [
            *connect_straight(middle, top),
            *self.neck,
            *connect_straight(self.tip, self.armpit),
        ]
        return [
            self.head,
            self.arm.outline,
            [*trunk, *self.side, *self.leg.foot, *self.leg.inner_line],
        ]

    def _station(self, x: float, y: float, *names: str) -> Station:
        return Station(complex(x, y), self.sizes.is_measured(*names))
