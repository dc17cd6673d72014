"""Pairs of measurements: the number of accounts with both, and the observed correlation.

Each has a known variance, which includes the noise of the sums and sampling.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dressform.opendata.budget import QUANTIZATION_STEPS
from dressform.opendata.codebook import FLAGS, Codebook
from dressform.opendata.densities import Density
from dressform.opendata.draws import CombinedDraws
from dressform.opendata.sums import MAX_SCALES, Floats, Integers

_ASSUMED_CORRELATION = 0.5
"""The correlation that is assumed in the variance formulas."""
_SIMULATED_PEOPLE = 10_000


@dataclass(frozen=True, slots=True)
class Pairs:
    """The statistics of one flag's measurements and of their pairs.

    `mean` and `deviation` are in scales from the codebook's centre. `both` has the number of people
    with both measurements, `products` the sums of products of distances from the centre, in which the
    noise has the standard deviation `sigma`.
    """

    everyone: float
    people: Floats
    mean: Floats
    mean_variance: Floats
    deviation: Floats
    deviation_variance: Floats
    both: Floats
    both_variance: Floats
    products: Floats
    sigma: float
    norm: int

    def correlations(self) -> tuple[Floats, Floats]:
        """Return the observed correlations and their variances."""
        spread = np.outer(self.deviation, self.deviation)
        found = (self.products / self.both - np.outer(self.mean, self.mean)) / spread
        return found, self._variance(spread)

    def _variance(self, spread: Floats) -> Floats:
        mean, deviation = self.mean / self.deviation, self.deviation
        noise = (self.sigma / self.both / spread) ** 2
        divisor = (
            (_ASSUMED_CORRELATION + np.abs(np.outer(mean, mean))) ** 2
            * self.both_variance
            / self.both**2
        )
        means = np.outer(self.mean_variance / deviation**2, mean**2)
        scales = _ASSUMED_CORRELATION**2 * self.deviation_variance / deviation**2
        chance = (1 - _ASSUMED_CORRELATION**2) ** 2 / self.both
        return np.asarray(noise + divisor + means + means.T + scales[:, None] + scales + chance)

    def estimate_clipping_bias(self, correlations: Floats) -> Floats:
        """Return the bias from clipping at the codebook's norm, if these are the true correlations.

        This simulates normally distributed people who contribute each measurement independently.
        """
        random = np.random.default_rng(0)
        values, vectors = np.linalg.eigh(correlations)
        normal = (
            _draw_normal(random, len(correlations)) @ (vectors * np.sqrt(np.maximum(values, 0))).T
        )
        gave = random.random(normal.shape) < self.people / self.everyone
        far = gave * np.clip(normal * self.deviation + self.mean, -MAX_SCALES, MAX_SCALES)
        length = np.sqrt((far**2).sum(axis=1, keepdims=True))
        clipped = far * np.minimum(1, self.norm / np.maximum(length, 1e-9))
        both = np.maximum(gave.T.astype(float) @ gave, 1)
        lost = (clipped.T @ clipped - far.T @ far) / both
        return np.asarray(lost / np.outer(self.deviation, self.deviation))


def estimate_pairs(
    combined: CombinedDraws, flag: str, densities: Sequence[Density], names: list[str]
) -> Pairs:
    """Compute the statistics of the measurements `names`, which have these densities."""
    codebook, sums, place = combined.codebook, combined.sums, FLAGS.index(flag)
    at = [codebook.names.index(name) for name in names]
    items = [codebook.items[each] for each in at]
    centre = np.array([item.centre[flag] for item in items])
    scale = np.array([item.scale[flag] for item in items])
    everyone = max(float(sums.flags[place]), 1.0)
    people = np.clip([each.people for each in densities], 1.0, everyone)
    counted = _symmetric_matrix(codebook, sums.pair_counts[place])[np.ix_(at, at)]
    both, variance = _estimate_both(
        counted, combined.sigmas["pair_counts"][place], people, everyone
    )
    return Pairs(
        everyone=everyone,
        people=people,
        mean=(np.array([each.mean for each in densities]) - centre) / scale,
        mean_variance=(np.array([each.mean_error for each in densities]) / scale) ** 2,
        deviation=np.array([each.deviation for each in densities]) / scale,
        deviation_variance=(np.array([each.deviation_error for each in densities]) / scale) ** 2,
        both=both,
        both_variance=variance,
        products=_symmetric_matrix(codebook, sums.second_moments[place])[np.ix_(at, at)]
        / QUANTIZATION_STEPS**2,
        sigma=float(combined.sigmas["second_moments"][place]) / QUANTIZATION_STEPS**2,
        norm=codebook.norm,
    )


def _estimate_both(
    counted: Floats, sigma: float, people: Floats, everyone: float
) -> tuple[Floats, Floats]:
    """Return the number of people with both measurements of each pair, with its variance.

    If measurements were contributed independently, the share of both would be the product of both
    shares. The noisy counts are shrunk to a common multiple of that product, by empirical Bayes.
    """
    independent = np.outer(people, people) / everyone
    ratio, noise = counted / independent, (sigma / independent) ** 2
    above = np.triu_indices(len(people), 1)
    weight = 1 / noise[above]
    common = np.average(ratio[above], weights=weight)
    apart = np.average((ratio[above] - common) ** 2 - noise[above], weights=weight)
    prior = max(float(apart), 1 / float(weight.sum()))
    found = (ratio / noise + common / prior) / (1 / noise + 1 / prior) * independent
    variance = independent**2 / (1 / noise + 1 / prior)
    least = np.maximum(people[:, None] + people - everyone, 1.0)
    return np.clip(found, least, np.minimum(people[:, None], people)), variance


def _symmetric_matrix(codebook: Codebook, over_pairs: Integers) -> Floats:
    items = len(codebook.items)
    square = np.zeros((items, items))
    square[np.triu_indices(items, 1)] = over_pairs
    return square + square.T


def _draw_normal(random: np.random.Generator, columns: int) -> Floats:
    """Draw normal numbers by the Box-Muller transform, equal in all versions of NumPy."""
    half = (_SIMULATED_PEOPLE // 2, columns)
    radius = np.sqrt(-2 * np.log1p(-random.random(half)))
    angle = 2 * np.pi * random.random(half)
    return np.concatenate([radius * np.cos(angle), radius * np.sin(angle)])
