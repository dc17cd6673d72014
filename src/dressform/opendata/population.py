"""What the noisy sums tell of the people behind them: distributions and correlations, by the flag.

All of it is worked out from what is published, so anyone can do it again, and nothing more is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from dressform.opendata.budget import UNITS
from dressform.opendata.codebook import FLAGS, Codebook
from dressform.opendata.densities import Density, fitted
from dressform.opendata.draws import Together
from dressform.opendata.sums import Floats, Integers, Sums

_FEWEST = 1.0


@dataclass(frozen=True, slots=True)
class Group:
    """People of one flag. `densities` by name; `correlations` between those names, in their order."""

    flag: str
    people: int
    densities: Mapping[str, Density]
    correlations: Floats

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.densities)


def groups(drawn: Together) -> dict[str, Group]:
    """By the flag."""
    return {flag: _group(drawn, place, flag) for place, flag in enumerate(FLAGS)}


def _group(drawn: Together, place: int, flag: str) -> Group:
    codebook, sums = drawn.codebook, drawn.sums
    densities = {
        item.name: fitted(item, flag, sums.histograms[place, at], drawn.sigma)
        for at, item in enumerate(codebook.items)
        if flag in item.centre
    }
    people = max(int(sums.flags[place]), 1)
    correlations = _correlations(codebook, sums, place, densities, flag)
    return Group(flag, people, densities, correlations)


def _correlations(
    codebook: Codebook, sums: Sums, place: int, densities: Mapping[str, Density], flag: str
) -> Floats:
    items = [item for item in codebook.items if item.name in densities]
    centre = np.array([item.centre[flag] for item in items])
    scale = np.array([item.scale[flag] for item in items])
    mean = (np.array([each.mean for each in densities.values()]) - centre) / scale
    deviation = np.array([each.deviation for each in densities.values()]) / scale
    at = [codebook.names.index(item.name) for item in items]
    products = _square(codebook, sums.second_moments[place])[np.ix_(at, at)] / UNITS**2
    both = _gave_both(codebook, sums, place, densities)
    found = (products / both - np.outer(mean, mean)) / np.outer(deviation, deviation)
    return _possible(found)


def _gave_both(
    codebook: Codebook, sums: Sums, place: int, densities: Mapping[str, Density]
) -> Floats:
    """How many gave both of two measurements: as counted, and as far as the rest allows it."""
    people = max(float(sums.flags[place]), _FEWEST)
    gave = np.array([min(max(each.people, _FEWEST), people) for each in densities.values()])
    at = [codebook.names.index(name) for name in densities]
    counted = _square(codebook, sums.pair_counts[place])[np.ix_(at, at)]
    least = np.maximum(gave[:, None] + gave - people, _FEWEST)
    most = np.maximum(np.minimum(gave[:, None], gave), _FEWEST)
    return np.clip(counted, least, most)


def _square(codebook: Codebook, over_pairs: Integers) -> Floats:
    items = len(codebook.items)
    square = np.zeros((items, items))
    square[np.triu_indices(items, 1)] = over_pairs
    return square + square.T


def _possible(found: Floats) -> Floats:
    """The nearest that correlations can be, near enough: no direction with less than no variance."""
    np.fill_diagonal(found, 1.0)
    values, vectors = np.linalg.eigh(np.clip(found, -1, 1))
    raised = (vectors * np.maximum(values, 1e-6)) @ vectors.T
    length = np.sqrt(np.diag(raised))
    return np.asarray(raised / np.outer(length, length))
