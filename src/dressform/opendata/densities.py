"""Estimated densities of measurements, from noisy histograms."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dressform.opendata.codebook import Item
from dressform.opendata.curves import fit_curve
from dressform.opendata.sums import Floats, Integers

_MIN_SHARE = 1e-9
"""The smallest share of people at a unit that a quantile's error is divided by."""


@dataclass(frozen=True, slots=True)
class Density:
    """A density: the `share` of people at each whole unit from `lowest` on. Shares add up to 1.

    Each `…_error` is a standard error that includes noise and sampling; `below_error` is that of
    `cumulative`.
    """

    lowest: int
    share: Floats
    people: float
    people_error: float
    mean_error: float
    deviation_error: float
    below_error: Floats

    @property
    def values(self) -> NDArray[np.int64]:
        return np.arange(self.lowest, self.lowest + len(self.share))

    @property
    def cumulative(self) -> Floats:
        """Return the share of people below the end of each unit."""
        return np.asarray(np.cumsum(self.share))

    @property
    def mean(self) -> float:
        return float(self.share @ self.values)

    @property
    def deviation(self) -> float:
        return float(np.sqrt(self.share @ (self.values - self.mean) ** 2))

    def quantile(self, shares: Floats) -> Floats:
        """Return the quantiles of these shares, by linear interpolation between units."""
        below = np.concatenate([[0.0], self.cumulative])
        rising = np.concatenate([[True], np.diff(below) > 0])
        at = np.arange(self.lowest, self.lowest + len(below)) - 0.5
        return np.asarray(np.interp(shares, below[rising], at[rising]))

    def quantile_error(self, shares: Floats) -> Floats:
        """Return the standard error of each quantile: that of the share, divided by the density."""
        at = self.quantile(shares) - self.lowest
        places = np.arange(len(self.share))
        error = np.interp(at, places, self.below_error)
        return np.asarray(error / np.maximum(np.interp(at, places, self.share), _MIN_SHARE))


def fit_density(item: Item, flag: str, counts: Integers, sigma: float) -> Density:
    """Estimate a density from noisy `counts` of the item's bins; `sigma` is that of the noise."""
    curve, covariance = fit_curve(item, flag, counts, sigma)
    share = curve.share / curve.share.sum()
    values = np.arange(len(share), dtype=float)
    # The Jacobian of the shares by the heights of the curve.
    slopes = curve.share_slopes
    far = values - share @ values
    deviation = float(np.sqrt(share @ far**2))
    heights = covariance[:-1, :-1]
    return Density(
        lowest=item.lowest,
        share=share,
        people=curve.people,
        people_error=curve.people * _standard_error(covariance, np.eye(len(covariance))[-1:])[0],
        mean_error=_standard_error(heights, (far @ slopes)[None])[0],
        deviation_error=_standard_error(heights, (far**2 @ slopes)[None])[0] / (2 * deviation),
        below_error=_standard_error(heights, np.cumsum(slopes, axis=0)),
    )


def _standard_error(covariance: Floats, slopes: Floats) -> Floats:
    """Return the standard error of each function of the curve, by the delta method."""
    return np.asarray(np.sqrt(np.maximum(((slopes @ covariance) * slopes).sum(axis=1), 0)))


def mixture(densities: Sequence[Density]) -> Density:
    """Return the density of the people of several groups together."""
    people = sum(one.people for one in densities)
    parts = np.array([one.people / people for one in densities])
    share = np.asarray(parts @ np.array([one.share for one in densities]))
    below = np.array([one.cumulative for one in densities]) - np.cumsum(share)
    means = np.array([one.mean for one in densities])
    deviations = np.array([one.deviation for one in densities])
    far = means - parts @ means
    deviation = float(np.sqrt(parts @ (deviations**2 + far**2)))
    errors = [(one.people_error, one.mean_error, one.deviation_error) for one in densities]
    counts, mean_errors, deviation_errors = np.array(errors).T
    # The change of a part when its own count changes by one standard error.
    moves = counts / people
    return Density(
        lowest=densities[0].lowest,
        share=share,
        people=people,
        people_error=float(np.hypot.reduce(counts)),
        mean_error=float(np.sqrt(((parts * mean_errors) ** 2 + (moves * far) ** 2).sum())),
        deviation_error=float(
            np.sqrt(
                (
                    (parts * deviations * deviation_errors) ** 2
                    + (parts * far * mean_errors) ** 2
                    + (moves * (deviations**2 + far**2 - deviation**2) / 2) ** 2
                ).sum()
            )
            / deviation
        ),
        below_error=np.sqrt(
            sum(
                (part * one.below_error) ** 2 + (move * off) ** 2
                for part, move, one, off in zip(parts, moves, densities, below, strict=True)
            )
        ),
    )
