"""Draws, and several of them added up: what is public already can be added without asking anybody."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from dressform.opendata.budget import shares
from dressform.opendata.codebook import CORE, FLAGS, FULL, Codebook
from dressform.opendata.sums import Floats, Integers, Sums


@dataclass(frozen=True, slots=True)
class Draw:
    """A year's noisy sums, drawn at a moment, and the noisy count that opened the gate."""

    year: int
    codebook: Codebook
    sums: Sums
    count: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Together:
    """Draws of different accounts, added up.

    `sigmas`: by the name of the sums, and in the order of FLAGS, the standard deviation of the noise.
    """

    years: tuple[int, ...]
    codebook: Codebook
    sums: Sums
    sigmas: Mapping[str, Floats]
    count: int

    @property
    def sigma(self) -> float:
        """The standard deviation of the noise in a bin of a histogram."""
        return float(self.sigmas["histograms"].max())

    @property
    def name(self) -> str:
        """Of the edition: `2027`, or `2027-2028` for all from the one to the other."""
        first, last = self.years[0], self.years[-1]
        return str(first) if first == last else f"{first}-{last}"


def together(draws: Sequence[Draw]) -> Together:
    """In the order of their years; at least one. Has the measurements that all of them have."""
    in_order = sorted(draws, key=lambda draw: draw.year)
    codebook = CORE if any(draw.codebook is CORE for draw in in_order) else FULL
    sums = Sums.none(codebook)
    for draw in in_order:
        sums += _narrowed(draw, codebook)
    return Together(
        years=tuple(draw.year for draw in in_order),
        codebook=codebook,
        sums=sums,
        sigmas={
            name: np.full(
                len(FLAGS), math.hypot(*(shares(draw.codebook)[name].sigma for draw in in_order))
            )
            for name in shares(codebook)
        },
        count=sum(draw.count for draw in in_order),
    )


def _narrowed(draw: Draw, to: Codebook) -> Sums:
    """Only what the smaller codebook has."""
    if draw.codebook is to:
        return draw.sums
    items = [draw.codebook.names.index(name) for name in to.names]
    pairs = [draw.codebook.pairs.index(pair) for pair in to.pairs]
    return Sums(
        flags=draw.sums.flags,
        histograms=_taken(draw.sums.histograms, items),
        pair_counts=_taken(draw.sums.pair_counts, pairs),
        second_moments=_taken(draw.sums.second_moments, pairs),
    )


def _taken(group: Integers, places: list[int]) -> Integers:
    return np.take(group, places, axis=1)
