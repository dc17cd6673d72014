"""The right arm, in coordinates along the arm from the tip of the shoulder."""

import cmath
import math
from collections.abc import Iterable
from functools import cached_property

from dressform.sewing.silhouette.body_dimensions import BodyDimensions
from dressform.sewing.silhouette.curves import Curve, Station, connect, interpolate

_RELAXED, _WIDEST = math.radians(11), math.radians(40)
"""The smallest and largest angle between arm and body, in radians."""


class Arm:
    def __init__(
        self,
        sizes: BodyDimensions,
        tip: Station,
        shoulder: complex,
        armpit: Station,
        beside: Iterable[complex],
    ) -> None:
        self._sizes = sizes
        self._tip = tip
        self._shoulder = shoulder / abs(shoulder) if shoulder else 1
        self._armpit = armpit
        self._biceps, self._wrist = sizes.half_width("biceps"), sizes.half_width("wrist")
        self._turn = cmath.rect(1, -self._angle(beside))
        self._origin = tip.at - self._turn * 0.3 * self._biceps

    def _angle(self, beside: Iterable[complex]) -> float:
        """Return the angle that leaves room between the arm and each of these points."""
        needed = [_RELAXED]
        for at in beside:
            down = at.imag - self._tip.at.imag
            if 0 < down < self._sizes["shoulderToWrist"]:
                out = at.real + 1.5 * self._biceps - self._tip.at.real
                needed.append(math.atan2(out, down))
        return min(max(needed), _WIDEST)

    @property
    def tapes(self) -> dict[str, tuple[complex, complex]]:
        """Return the inner and outer end of each tape around the arm."""
        downs = {"biceps": self._fullest, "wrist": self._sizes["shoulderToWrist"]}
        return {
            name: (
                self._point(along, -self._sizes.half_width(name)),
                self._point(along, self._sizes.half_width(name)),
            )
            for name, along in downs.items()
        }

    @property
    def ends(self) -> dict[str, complex]:
        """Return the end of each length along the arm, on its outer side."""
        along = {"shoulderToElbow": 1, "shoulderToWrist": 3}
        found = {name: self._stations[index] for name, index in along.items()}
        return {name: self._point(down, half) for name, (down, half, _) in found.items()}

    def _point(self, along: float, aside: float) -> complex:
        """Return the point at a distance along the arm and a distance from its axis."""
        return self._origin + self._turn * complex(aside, along)

    @cached_property
    def _stations(self) -> list[tuple[float, float, tuple[str, ...]]]:
        """Return each cross section: distance along the arm, half width, names of its measurements."""
        elbow, wrist = self._sizes["shoulderToElbow"], self._sizes["shoulderToWrist"]
        bent = 0.5 * (self._biceps + self._wrist)
        return [
            (self._fullest, self._biceps, ("biceps",)),
            (elbow, bent, ("biceps", "wrist")),
            (elbow + 0.25 * (wrist - elbow), 0.98 * bent, ("biceps", "wrist")),
            (wrist, self._wrist, ("wrist",)),
            (wrist + 0.48 * self._hand, 1.22 * self._wrist, ("wrist",)),
        ]

    @property
    def _fullest(self) -> float:
        """Return where the biceps is measured: below the armpit, above the elbow."""
        elbow = self._sizes["shoulderToElbow"]
        armpit = self._armpit.at.imag - self._tip.at.imag
        return min(max(0.6 * elbow, armpit + 0.12 * elbow), 0.8 * elbow)

    @property
    def _hand(self) -> float:
        return 0.26 * self._sizes["shoulderToWrist"]

    @cached_property
    def outline(self) -> list[Curve]:
        """Return the outline from the tip of the shoulder around the hand to the armpit."""
        outer = [self._make_station(along, half, names) for along, half, names in self._stations]
        inner = [self._make_station(along, -half, names) for along, half, names in self._stations]
        return [
            *self._outer_shoulder(outer[0]),
            *interpolate(outer, self._origin, self._turn),
            *self._hand_end(outer[-1], inner[-1]),
            *interpolate(inner[::-1], self._origin, self._turn),
            *self._inner_to_armpit(inner[0]),
        ]

    def _make_station(self, along: float, aside: float, names: tuple[str, ...]) -> Station:
        return Station(complex(aside, along), self._sizes.is_measured(*names))

    def _place(self, station: Station) -> Station:
        return Station(self._point(station.at.imag, station.at.real), station.measured)

    def _outer_shoulder(self, biceps: Station) -> list[Curve]:
        length, end = biceps.at.imag, self._place(biceps)
        near = self._tip.at + 0.95 * self._biceps * self._shoulder
        return connect(self._tip, near, end.at - 0.5j * length * self._turn, end)

    def _hand_end(self, outer: Station, inner: Station) -> list[Curve]:
        start, end = self._place(outer), self._place(inner)
        down = 0.69j * self._hand * self._turn
        narrow = 0.1 * (end.at - start.at)
        return connect(start, start.at + down + narrow, end.at + down - narrow, end)

    def _inner_to_armpit(self, biceps: Station) -> list[Curve]:
        start, end = self._place(biceps), self._armpit
        up = -0.6j * abs(start.at - end.at)
        return connect(start, start.at + up * self._turn, end.at + up, end)
