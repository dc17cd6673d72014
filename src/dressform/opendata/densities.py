"""How a measurement is spread, as the histogram under its noise lets one see it.

A smooth curve through noisy counts: its logarithm bends as little as the counts allow, down to a
parabola, the bell curve. How little is chosen by a criterion like Akaike's, on the noisy counts
alone.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dressform.opendata.codebook import Item
from dressform.opendata.sums import Floats, Integers

_STIFFNESS = tuple(10.0**power for power in range(7))
_STRICTNESS = 4
"""What a bend more must be worth; Akaike's is 2, which now and then takes noise for a tail."""
_ROUNDS = 60
_FARTHEST_BEND = 4.0


@dataclass(frozen=True, slots=True)
class Density:
    """`share` of people at each whole unit from `lowest` on; it adds up to 1."""

    lowest: int
    share: Floats
    people: float

    @property
    def values(self) -> NDArray[np.int64]:
        return np.arange(self.lowest, self.lowest + len(self.share))

    @property
    def below(self) -> Floats:
        """How many lie below the end of each unit, as a share."""
        return np.asarray(np.cumsum(self.share))

    @property
    def mean(self) -> float:
        return float(self.share @ self.values)

    @property
    def deviation(self) -> float:
        return float(np.sqrt(self.share @ (self.values - self.mean) ** 2))

    def quantile(self, of: Floats) -> Floats:
        """Where these shares of people lie below, in the unit; between two units in proportion."""
        below = np.concatenate([[0.0], self.below])
        rising = np.concatenate([[True], np.diff(below) > 0])
        at = np.arange(self.lowest, self.lowest + len(below)) - 0.5
        return np.asarray(np.interp(of, below[rising], at[rising]))


def fitted(item: Item, flag: str, counts: Integers, sigma: float) -> Density:
    """From the noisy `counts` of the item's bins, each with noise of that `sigma`.

    Starts from the codebook's centre and scale, with which few people's noise leaves it.
    """
    start = _Curve.bell(item, item.centre[flag], item.scale[flag], max(float(counts.sum()), 1.0))
    curves = [_best(start, counts, sigma, stiffness) for stiffness in _STIFFNESS]
    best = min(curves, key=lambda found: found[1])[0]
    share = best.share
    return Density(item.lowest, share / share.sum(), best.people)


def together(densities: list[Density]) -> Density:
    """Of people of both flags."""
    people = sum(one.people for one in densities)
    share = np.sum([one.share * (one.people / people) for one in densities], axis=0)
    return Density(densities[0].lowest, share, people)


@dataclass(frozen=True, slots=True)
class _Curve:
    """log share at the middle of each bin, and the logarithm of how many people."""

    item: Item
    heights: Floats
    log_people: float

    @classmethod
    def bell(cls, item: Item, centre: float, scale: float, people: float) -> "_Curve":
        middles = (np.arange(item.bins) + 0.5) * item.width + item.lowest
        heights = np.asarray(-0.5 * ((middles - centre) / (1.1 * scale)) ** 2, np.float64)
        return cls(item, heights, math.log(people))

    @property
    def people(self) -> float:
        return float(np.exp(self.log_people))

    @property
    def share(self) -> Floats:
        drawn = _between(self.item.bins, self.item.width) @ self.heights
        raised = np.exp(drawn - drawn.max())
        return np.asarray(raised / raised.sum())

    @property
    def expected(self) -> Floats:
        binned = self.share.reshape(self.item.bins, self.item.width).sum(axis=1)
        return np.asarray(self.people * binned)

    @property
    def slopes(self) -> Floats:
        """How the expected counts follow the heights, and the logarithm of people: (bins, bins+1)."""
        drawn = _between(self.item.bins, self.item.width)
        share = self.share
        moved = share[:, None] * (drawn - share @ drawn)
        binned = moved.reshape(self.item.bins, self.item.width, -1).sum(axis=1)
        return np.column_stack([self.people * binned, self.expected])

    def moved(self, step: Floats) -> "_Curve":
        heights: Floats = self.heights + step[:-1]
        return _Curve(
            self.item, np.asarray(heights - heights.max()), self.log_people + float(step[-1])
        )


def _best(start: _Curve, counts: Integers, sigma: float, stiffness: float) -> tuple[_Curve, float]:
    """The curve of that stiffness, and the criterion of it, by damped Gauss-Newton steps."""
    weight = 1 / (sigma**2 + np.maximum(start.expected, 1.0))
    bends = np.column_stack(
        [np.diff(np.eye(start.item.bins), 3, axis=0), np.zeros(start.item.bins - 3)]
    )
    penalty = stiffness * bends.T @ bends

    def cost(curve: _Curve) -> float:
        bent = bends[:, :-1] @ curve.heights
        return float(weight @ (counts - curve.expected) ** 2 + stiffness * bent @ bent)

    curve, damping, known = start, 1e-3, np.inf
    known = cost(curve)
    for _ in range(_ROUNDS):
        slopes = curve.slopes
        normal = slopes.T @ (weight[:, None] * slopes)
        wanted = slopes.T @ (weight * (counts - curve.expected))
        wanted -= penalty @ np.append(curve.heights, 0.0)
        damped = normal + penalty + damping * np.eye(len(normal))
        step = np.clip(np.linalg.solve(damped, wanted), -_FARTHEST_BEND, _FARTHEST_BEND)
        after = curve.moved(step)
        if (found := cost(after)) < known:
            settled = known - found < 1e-6 * (1 + known)
            curve, known, damping = after, found, max(damping / 4, 1e-6)
            if settled:
                break
        else:
            damping *= 8
    freedom = np.trace(np.linalg.solve(normal + penalty + 1e-6 * np.eye(len(normal)), normal))
    return curve, float(weight @ (counts - curve.expected) ** 2) + _STRICTNESS * float(freedom)


@lru_cache(maxsize=128)
def _between(bins: int, width: int) -> Floats:
    """How a curve through the middles of bins goes on each unit within them: cubic (Catmull-Rom)."""
    at = (np.arange(bins * width) + 0.5) / width - 0.5
    left = np.floor(at).astype(int)
    t = at - left
    weights = (
        (-0.5 * t + t**2 - 0.5 * t**3),
        (1 - 2.5 * t**2 + 1.5 * t**3),
        (0.5 * t + 2 * t**2 - 1.5 * t**3),
        (-0.5 * t**2 + 0.5 * t**3),
    )
    drawn = np.zeros((bins * width, bins))
    for offset, weight in zip((-1, 0, 1, 2), weights, strict=True):
        # Beyond the ends it goes straight on.
        place = left + offset
        inside = np.clip(place, 0, bins - 1)
        np.add.at(drawn, (np.arange(len(at)), inside), weight)
        over = (place - inside).astype(float)
        for end, next_to in ((0, 1), (bins - 1, bins - 2)):
            here = (inside == end) & (over != 0)
            beyond = np.abs(over) * weight * here
            drawn[:, end] += beyond
            drawn[:, next_to] -= beyond
    return drawn
