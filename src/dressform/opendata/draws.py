"""Draws, and the combination of several published draws, which needs no further consent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from dressform.opendata.budget import list_shares
from dressform.opendata.codebook import FLAGS, MIN_FLAG_COUNT, Codebook
from dressform.opendata.sums import Floats, Integers, Sums

_UNGATED_VERSION = "1"
"""The version of the codebooks whose draws always include both flags."""


@dataclass(frozen=True, slots=True)
class Draw:
    """A year's noisy sums, the time of the draw, and the noisy count of contributors.

    `flags` are the included ones. The sums of another flag are exact zeros.
    """

    year: int
    codebook: Codebook
    sums: Sums
    count: int
    at: datetime
    flags: tuple[str, ...] = FLAGS


@dataclass(frozen=True, slots=True)
class CombinedDraws:
    """The sum of draws of disjoint accounts.

    `taken` has the flags in the sums, `shown` those with enough contributors for derived tables.
    `sigmas` has the standard deviations of the noise by the name of the sums, in the order of FLAGS.
    """

    years: tuple[int, ...]
    codebook: Codebook
    sums: Sums
    sigmas: Mapping[str, Floats]
    count: int
    taken: tuple[str, ...]
    shown: tuple[str, ...]

    @property
    def name(self) -> str:
        """Return the name of the edition: `2027`, or `2027-2028` for all years from 2027 to 2028."""
        first, last = self.years[0], self.years[-1]
        return str(first) if first == last else f"{first}-{last}"


def combine(draws: Sequence[Draw]) -> CombinedDraws:
    """Combine one or more draws. The result has the measurements of the smallest codebook."""
    in_order = sorted(draws, key=lambda draw: draw.year)
    codebook = min((draw.codebook for draw in in_order), key=_size_key)
    sums = Sums.zeros(codebook)
    for draw in in_order:
        sums += _restrict_to(draw, codebook)
    return CombinedDraws(
        years=tuple(draw.year for draw in in_order),
        codebook=codebook,
        sums=sums,
        sigmas=_combine_sigmas(in_order, codebook),
        count=sum(draw.count for draw in in_order),
        taken=tuple(flag for flag in FLAGS if any(flag in draw.flags for draw in in_order)),
        shown=tuple(flag for flag in FLAGS if _is_shown(flag, in_order, sums)),
    )


def _size_key(codebook: Codebook) -> tuple[int, int]:
    """Return the sort key of codebooks; of two versions, the smaller norm is the smaller one."""
    return len(codebook.items), codebook.norm


def _is_shown(flag: str, draws: Sequence[Draw], sums: Sums) -> bool:
    """Return whether the flag passed the gate of a draw, or has enough people in all draws together."""
    gated = [draw for draw in draws if draw.codebook.version != _UNGATED_VERSION]
    counted = any(flag in draw.flags for draw in gated)
    return counted or int(sums.flags[FLAGS.index(flag)]) >= MIN_FLAG_COUNT


def _combine_sigmas(draws: Sequence[Draw], codebook: Codebook) -> Mapping[str, Floats]:
    """Return the standard deviations; variances add up over the draws that include the flag."""
    variances = {name: np.zeros(len(FLAGS)) for name in list_shares(codebook)}
    for draw in draws:
        took = np.array([flag in draw.flags for flag in FLAGS])
        for name, share in list_shares(draw.codebook).items():
            bins = _bins_per_bin(draw.codebook, codebook) if name == "histograms" else 1
            variances[name] += took * bins * share.sigma**2
    return {name: np.sqrt(variance) for name, variance in variances.items()}


def _restrict_to(draw: Draw, to: Codebook) -> Sums:
    """Return the sums of the smaller codebook's measurements, in its bins."""
    if draw.codebook is to:
        return draw.sums
    items = [draw.codebook.names.index(name) for name in to.names]
    pairs = [draw.codebook.pairs.index(pair) for pair in to.pairs]
    histograms = _select_columns(draw.sums.histograms, items)
    merged = histograms.reshape(*histograms.shape[:2], -1, _bins_per_bin(draw.codebook, to))
    return Sums(
        flags=draw.sums.flags,
        histograms=merged.sum(axis=3),
        pair_counts=_select_columns(draw.sums.pair_counts, pairs),
        second_moments=_select_columns(draw.sums.second_moments, pairs),
    )


def _bins_per_bin(codebook: Codebook, to: Codebook) -> int:
    """Return how many of the codebook's bins merge into one bin of `to`."""
    return codebook.items[0].bins // to.items[0].bins


def _select_columns(group: Integers, places: list[int]) -> Integers:
    return np.take(group, places, axis=1)
