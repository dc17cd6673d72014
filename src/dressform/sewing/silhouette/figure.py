"""Where everything is on a body that stands before us: mm, the waist's middle at zero.

Only the side at the right is worked out; the other is its mirror image.
"""

import math
from dataclasses import dataclass
from functools import cached_property

from dressform.sewing.silhouette.arm import Arm
from dressform.sewing.silhouette.curves import Curve, Station, between, straight, through
from dressform.sewing.silhouette.sizes import Sizes

_ROUND = 0.5523
"""Of a quarter of a circle."""
_STEEPEST = 60
"""Degrees; a shoulder that falls more steeply would be drawn as far down as the floor."""


@dataclass(frozen=True, slots=True)
class Levels:
    """How far below the waist each height is."""

    shoulder: float
    chest: float
    armpit: float
    underbust: float
    hips: float
    seat: float
    upper_leg: float
    crotch: float
    knee: float
    ankle: float
    floor: float

    @classmethod
    def of(cls, sizes: Sizes) -> "Levels":
        floor = sizes["waistToFloor"]
        return cls(
            shoulder=-sizes["hpsToWaistBack"],
            chest=sizes["hpsToBust"] - sizes["hpsToWaistBack"],
            armpit=-sizes["waistToArmpit"],
            underbust=-sizes["waistToUnderbust"] if sizes.breasts else 0,
            hips=sizes["waistToHips"],
            seat=sizes["waistToSeat"],
            upper_leg=sizes["waistToUpperLeg"],
            crotch=floor - sizes["inseam"],
            knee=sizes["waistToKnee"],
            ankle=floor - 0.2 * abs(floor - sizes["waistToKnee"]),
            floor=floor,
        )


class Figure:
    def __init__(self, sizes: Sizes) -> None:
        self.sizes = sizes
        self.levels = Levels.of(sizes)

    # The trunk, and the outside of the leg

    @cached_property
    def armpit(self) -> Station:
        if self.sizes.breasts:
            return self._at(self.sizes.half("highBust"), self.levels.armpit, "highBust")
        return self._at(0.96 * self.sizes.half("chest"), self.levels.armpit, "chest")

    @cached_property
    def side(self) -> list[Curve]:
        return through([self.armpit, *self._waisted, *self._outer_leg])

    @property
    def _waisted(self) -> list[Station]:
        levels = self.levels
        names = {"chest": levels.chest, "underbust": levels.underbust, "waist": 0.0}
        names |= {"hips": levels.hips, "seat": levels.seat}
        if not self.sizes.breasts:
            del names["underbust"]
        return [self._at(self.sizes.half(name), y, name) for name, y in names.items()]

    @property
    def _outer_leg(self) -> list[Station]:
        return [
            self._at(
                self._gap + 2 * self.sizes.half("upperLeg"), self.levels.upper_leg, "upperLeg"
            ),
            *(self._at(at.real + half, at.imag, *names) for at, half, names in self._lower_leg),
        ]

    @property
    def leg_middles(self) -> dict[str, complex]:
        """Where the tapes go round a leg."""
        knee, _, ankle = (at for at, _, _ in self._lower_leg)
        thigh = complex(self._gap + self.sizes.half("upperLeg"), self.levels.upper_leg)
        return {"upperLeg": thigh, "knee": knee, "ankle": ankle}

    @property
    def _gap(self) -> float:
        return 0.01 * self.sizes["upperLeg"]

    @cached_property
    def _lower_leg(self) -> list[tuple[complex, float, tuple[str, ...]]]:
        """Knee, calf, ankle: the middle, half the breadth, what measures it."""
        knee, ankle = self.sizes.half("knee"), self.sizes.half("ankle")
        thigh = self._gap + self.sizes.half("upperLeg")
        stance = max(0.9 * thigh, ankle + self._gap)
        levels = self.levels
        calf = levels.knee + 0.3 * (levels.ankle - levels.knee)
        bent = max(0.96 * thigh, knee + self._gap)
        return [
            (complex(bent, levels.knee), knee, ("knee",)),
            (complex(0.5 * (bent + stance), calf), 0.97 * knee, ("knee", "ankle")),
            (complex(stance, levels.ankle), ankle, ("ankle",)),
        ]

    # The foot, and the inside of the leg, from the floor up

    @cached_property
    def foot(self) -> list[Curve]:
        middle, half, names = self._lower_leg[-1]
        known = self.sizes.measured(*names)
        x, high, wide = middle.real, self.levels.floor - middle.imag, 1.25 * half
        toe = 0.16 * high
        outer = Station(middle + half, known)
        inner = Station(middle - half, known)
        right = Station(complex(x + 1.28 * wide, self.levels.floor - toe), known)
        left = Station(complex(x - 0.92 * wide, self.levels.floor - toe), known)
        return [
            *between(outer, outer.at + 0.45j * high, right.at - 0.3j * high, right),
            *between(right, right.at + 1.35j * toe, left.at + 1.35j * toe, left),
            *between(left, left.at - 0.3j * high, inner.at + 0.45j * high, inner),
        ]

    @cached_property
    def inner_leg(self) -> list[Curve]:
        top = self._at(self._gap, self.levels.crotch + 0.04 * self.sizes["inseam"], "upperLeg")
        lower = [self._at(at.real - half, at.imag, *names) for at, half, names in self._lower_leg]
        crotch = self._at(0, self.levels.crotch, "upperLeg")
        arch = complex(0.9 * self._gap, self.levels.crotch)
        return [*through([*reversed(lower), top]), *between(top, top.at, arch, crotch)]

    # Head, neck and shoulder

    @cached_property
    def head(self) -> list[Curve]:
        """Its right half, from the top."""
        wide, high, middle = self.sizes.half("head"), self._head_high, self.temples
        known = self.sizes.measured("head")
        top = Station(complex(0, self._chin - high), known)
        temple = Station(complex(wide, middle), known)
        chin = Station(complex(0, self._chin), known)
        up, down = 0.46 * high, 0.54 * high
        return [
            *between(top, top.at + 1.1 * _ROUND * wide, temple.at - 1j * _ROUND * up, temple),
            *between(temple, temple.at + 0.62j * down, chin.at + 0.5 * wide, chin),
        ]

    @property
    def temples(self) -> float:
        """How high its tape is."""
        return self._chin - 0.54 * self._head_high

    @property
    def _head_high(self) -> float:
        return 0.4 * self.sizes["head"]

    @property
    def _chin(self) -> float:
        return self.levels.shoulder - 0.09 * self.sizes["head"]

    @cached_property
    def tip(self) -> Station:
        """Of the shoulder."""
        at = 0.5 * self.sizes["shoulderToShoulder"]
        neck = self.sizes.half("neck")
        slope = math.radians(min(self.sizes["shoulderSlope"], _STEEPEST))
        drop = abs(at - neck) * math.tan(slope)
        return self._at(at, self.levels.shoulder + drop, "shoulderToShoulder")

    @cached_property
    def neck(self) -> list[Curve]:
        wide = self.sizes.half("neck")
        known = self.sizes.measured("neck")
        top = Station(complex(0.92 * wide, self._jaw), known)
        side = complex(wide, self.levels.shoulder)
        bend = Station(side + 0.45 * (self.tip.at - side), self.tip.measured)
        curve = between(
            top, top.at + 0.95j * (side - top.at).imag, side + 0.1 * (bend.at - side), bend
        )
        return [*curve, *straight(bend, self.tip)]

    @property
    def _jaw(self) -> float:
        """Where the neck comes from under the head."""
        across = min(0.92 * self.sizes.half("neck") / self.sizes.half("head"), 1)
        return self._chin - 0.54 * self._head_high * (1 - math.sqrt(1 - across**2) * 0.96)

    @cached_property
    def arm(self) -> Arm:
        neck = complex(self.sizes.half("neck"), self.levels.shoulder)
        hips = [station.at for station in (*self._waisted, *self._outer_leg[:1])]
        return Arm(self.sizes, self.tip, self.tip.at - neck, self.armpit, hips)

    @property
    def outlines(self) -> list[list[Curve]]:
        """All of the right side."""
        return [self.head, self.neck, self.arm.outline, self.side, self.foot, self.inner_leg]

    @cached_property
    def edge(self) -> float:
        """How far it reaches to the right."""
        return max(point.real for point in self._points)

    @property
    def longest(self) -> float:
        """The larger of its height and its breadth."""
        return max(2 * self.edge, self.levels.floor - min(point.imag for point in self._points))

    @property
    def _points(self) -> list[complex]:
        return [point for line in self.outlines for curve in line for point in curve.points]

    @property
    def skins(self) -> list[list[Curve]]:
        """What to fill at the right: head, arm, and all else down to the floor and up again."""
        top = Station(self.neck[0].points[0], measured=True)
        middle = Station(complex(0, top.at.imag), measured=True)
        trunk = [*straight(middle, top), *self.neck, *straight(self.tip, self.armpit)]
        return [self.head, self.arm.outline, [*trunk, *self.side, *self.foot, *self.inner_leg]]

    def _at(self, x: float, y: float, *names: str) -> Station:
        return Station(complex(x, y), self.sizes.measured(*names))
