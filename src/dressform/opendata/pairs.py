"""Two measurements of the same accounts: how many gave both, and the correlation that the sums tell.

Each with its variance, which is known: the noise of the sums, and chance (who contributed).
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
"""A correlation, where one has to be assumed for what noise does to it."""
_SIMULATED_PEOPLE = 10_000


@dataclass(frozen=True, slots=True)
class Pairs:
    """Of one flag: what is known of measurements and of every two of them.

    `people`, `mean` and `deviation` of each, the last two in scales from the codebook's centre, with
    the variances of those; `both`: how many gave both, with its variance; `products` of their
    distances from the centre, with the standard deviation `sigma` of the noise in each sum.
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
        """Return the correlations that the sums tell, and the variance of each."""
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
        """Return what the codebook's norm takes from each correlation, if these are the true ones.

        Worked out with people of a bell curve each, who give a measurement independently of others.
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
    """Return what the sums tell of the measurements of these `names`, whose densities are known."""
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
    """Return how many gave both of every two measurements, with the variance of that.

    If each were given independently of the others, both would be given by the product of the two
    shares. The counts are shrunk to a common multiple of that: the less, the more they differ from it
    beyond their noise.
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
    """Return normal numbers by Box and Muller's way, the same in every version of NumPy."""
    half = (_SIMULATED_PEOPLE // 2, columns)
    radius = np.sqrt(-2 * np.log1p(-random.random(half)))
    angle = 2 * np.pi * random.random(half)
    return np.concatenate([radius * np.cos(angle), radius * np.sin(angle)])
