"""Smoothing of noisy histograms with penalized splines.

The penalty is on third differences of the log density, so that the stiffest curve is a normal
distribution. A criterion like Akaike's selects the stiffness from the noisy counts.
"""

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from dressform.opendata.codebook import Item
from dressform.opendata.sums import Floats, Integers

_STIFFNESSES = tuple(10.0**power for power in reversed(range(7)))
_PARAMETER_COST = 6
"""The cost of a degree of freedom; with Akaike's 2, noise often appears as a tail."""
_MAX_ITERATIONS = 60
_MAX_STEP = 4.0


@dataclass(frozen=True)
class Curve:
    """A density: its logarithm at the middle of each bin, and the logarithm of the count of people."""

    item: Item
    heights: Floats
    log_people: float

    @classmethod
    def from_normal(cls, item: Item, centre: float, scale: float, people: float) -> "Curve":
        middles = (np.arange(item.bins) + 0.5) * item.width + item.lowest
        heights = np.asarray(-0.5 * ((middles - centre) / (1.1 * scale)) ** 2, np.float64)
        return cls(item, heights, math.log(people))

    @property
    def people(self) -> float:
        return float(np.exp(self.log_people))

    @cached_property
    def share(self) -> Floats:
        drawn = _interpolation_matrix(self.item.bins, self.item.width) @ self.heights
        raised = np.exp(drawn - drawn.max())
        return np.asarray(raised / raised.sum())

    @cached_property
    def expected_counts(self) -> Floats:
        binned = self.share.reshape(self.item.bins, self.item.width).sum(axis=1)
        return np.asarray(self.people * binned)

    @property
    def share_slopes(self) -> Floats:
        """Return the Jacobian of the shares by the heights: (units, bins)."""
        drawn = _interpolation_matrix(self.item.bins, self.item.width)
        share = self.share
        return np.asarray(share[:, None] * (drawn - share @ drawn))

    @property
    def slopes(self) -> Floats:
        """Return the Jacobian of the expected counts by heights and log_people: (bins, bins + 1)."""
        binned = self.share_slopes.reshape(self.item.bins, self.item.width, -1).sum(axis=1)
        return np.column_stack([self.people * binned, self.expected_counts])

    def shift(self, step: Floats) -> "Curve":
        heights: Floats = self.heights + step[:-1]
        return Curve(
            self.item, np.asarray(heights - heights.max()), self.log_people + float(step[-1])
        )


def fit_curve(item: Item, flag: str, counts: Integers, sigma: float) -> tuple[Curve, Floats]:
    """Return the curve through noisy `counts` and its covariance; `sigma` is that of the noise.

    The covariance is that of the heights and log_people. It includes the noise, sampling and smoothing
    (Wahba, 1983). The stiffest fit starts at the codebook's centre and scale, where it stays if the
    counts are mostly noise. Each other fit starts at the stiffer one.
    """
    curve = Curve.from_normal(
        item, item.centre[flag], item.scale[flag], max(float(counts.sum()), 1.0)
    )
    weight = _compute_weights(curve, sigma)
    best, best_stiffness, least = curve, _STIFFNESSES[0], math.inf
    for stiffness in _STIFFNESSES:
        curve, cost = _fit_at_stiffness(curve, counts, weight, stiffness)
        if cost < least:
            best, best_stiffness, least = curve, stiffness, cost
    return best, _compute_covariance(best, sigma, best_stiffness)


def _compute_weights(curve: Curve, sigma: float) -> Floats:
    return np.asarray(1 / (sigma**2 + np.maximum(curve.expected_counts, 1.0)))


def _compute_covariance(curve: Curve, sigma: float, stiffness: float) -> Floats:
    weight = _compute_weights(curve, sigma)
    slopes = curve.slopes
    precision = slopes.T @ (weight[:, None] * slopes) + stiffness * _penalty_matrix(curve.item.bins)
    return np.asarray(np.linalg.pinv(precision, hermitian=True))


def _third_differences(bins: int) -> Floats:
    return np.column_stack([np.diff(np.eye(bins), 3, axis=0), np.zeros(bins - 3)])


def _penalty_matrix(bins: int) -> Floats:
    return np.asarray(_third_differences(bins).T @ _third_differences(bins))


def _fit_at_stiffness(
    start: Curve, counts: Integers, weight: Floats, stiffness: float
) -> tuple[Curve, float]:
    """Return the curve of this stiffness and its criterion, by damped Gauss-Newton steps."""
    bends = _third_differences(start.item.bins)
    penalty = stiffness * _penalty_matrix(start.item.bins)

    def cost(curve: Curve) -> float:
        bent = bends[:, :-1] @ curve.heights
        return float(weight @ (counts - curve.expected_counts) ** 2 + stiffness * bent @ bent)

    curve, damping, known = start, 1e-3, np.inf
    known = cost(curve)
    for _ in range(_MAX_ITERATIONS):
        slopes = curve.slopes
        normal = slopes.T @ (weight[:, None] * slopes)
        wanted = slopes.T @ (weight * (counts - curve.expected_counts))
        wanted -= penalty @ np.append(curve.heights, 0.0)
        damped = normal + penalty + damping * np.eye(len(normal))
        step = np.clip(np.linalg.solve(damped, wanted), -_MAX_STEP, _MAX_STEP)
        after = curve.shift(step)
        if (found := cost(after)) < known:
            settled = known - found < 1e-6 * (1 + known)
            curve, known, damping = after, found, max(damping / 4, 1e-6)
            if settled:
                break
        else:
            damping *= 8
    freedom = np.trace(np.linalg.solve(normal + penalty + 1e-6 * np.eye(len(normal)), normal))
    return curve, float(weight @ (counts - curve.expected_counts) ** 2) + _PARAMETER_COST * float(
        freedom
    )


@lru_cache(maxsize=128)
def _interpolation_matrix(bins: int, width: int) -> Floats:
    """Return the matrix that interpolates bin middles at each unit, by cubic Catmull-Rom splines."""
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
        # Extrapolate linearly beyond both ends.
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
