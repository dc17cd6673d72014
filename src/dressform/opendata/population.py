"""Estimates of distributions and correlations per flag, from noisy sums.

The published sums are the only input, so that anyone can reproduce the estimates.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from dressform.opendata.anthropometry import get_published_correlations
from dressform.opendata.codebook import FLAGS, Item
from dressform.opendata.correlations import estimate_correlations
from dressform.opendata.densities import Density, fit_density
from dressform.opendata.draws import CombinedDraws
from dressform.opendata.pairs import estimate_pairs
from dressform.opendata.sums import Floats

_MIN_STANDARD_ERRORS = 5
"""A measurement whose noisy count is below so many standard errors is left out."""


@dataclass(frozen=True, slots=True)
class Group:
    """The estimates for people of one flag.

    `correlations` and their standard errors `correlation_errors` are in the order of `densities`.
    `left_out` has the measurements that too few people contributed.
    """

    flag: str
    people: int
    people_error: float
    densities: Mapping[str, Density]
    correlations: Floats
    correlation_errors: Floats
    left_out: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.densities)


def estimate_groups(combined: CombinedDraws) -> dict[str, Group]:
    """Estimate the groups by flag, for the flags with enough people."""
    return {flag: _estimate_group(combined, flag) for flag in combined.shown}


def _estimate_group(combined: CombinedDraws, flag: str) -> Group:
    place = FLAGS.index(flag)
    sigma = float(combined.sigmas["histograms"][place])
    asked = [
        (item, combined.sums.histograms[place, at])
        for at, item in enumerate(combined.codebook.items)
        if flag in item.centre
    ]
    densities = {
        item.name: fit_density(item, flag, counts, sigma)
        for item, counts in asked
        if counts.sum() >= min_people(item, sigma)
    }
    correlations, errors = _estimate_correlations(combined, flag, densities)
    return Group(
        flag=flag,
        people=max(int(combined.sums.flags[place]), 1),
        people_error=float(combined.sigmas["flags"][place]),
        densities=densities,
        correlations=correlations,
        correlation_errors=errors,
        left_out=tuple(item.name for item, _ in asked if item.name not in densities),
    )


def min_people(item: Item, sigma: float) -> float:
    """Return the smallest noisy count with which a measurement is estimated."""
    return _MIN_STANDARD_ERRORS * sigma * math.sqrt(item.bins)


def _estimate_correlations(
    combined: CombinedDraws, flag: str, densities: Mapping[str, Density]
) -> tuple[Floats, Floats]:
    names = list(densities)
    if len(names) < 2:  # noqa: PLR2004  No two, no pair.
        return np.eye(len(names)), np.zeros((len(names), len(names)))
    pairs = estimate_pairs(combined, flag, list(densities.values()), names)
    return estimate_correlations(pairs, get_published_correlations(flag, names))
