"""Exact integer sums over contributions, with bounded influence of each account.

Each contribution is clipped here. The noise relies on these bounds.
"""

import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from math import comb
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dressform.opendata.budget import QUANTIZATION_STEPS
from dressform.opendata.codebook import FLAGS, Codebook

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

MAX_SCALES = 4
"""The largest distance of a value from the centre in the second moments, in scales."""
_MAX_STEPS = MAX_SCALES * QUANTIZATION_STEPS


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums per flag in the order of FLAGS, and per measurement in the codebook's order.

    `flags` (2,) counts contributions, `histograms` (2, measurements, bins) values per bin, and
    `pair_counts` (2, pairs) contributions with both measurements. `second_moments` (2, pairs) has the
    products of distances from the centre, in sixteenths of the scale.
    """

    flags: Integers
    histograms: Integers
    pair_counts: Integers
    second_moments: Integers

    @classmethod
    def zeros(cls, codebook: Codebook) -> "Sums":
        two, items, pairs = len(FLAGS), len(codebook.items), comb(len(codebook.items), 2)
        bins = codebook.items[0].bins
        shapes = ((two,), (two, items, bins), (two, pairs), (two, pairs))
        return cls(*(np.zeros(shape, np.int64) for shape in shapes))

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            *(a + b for a, b in zip(self.groups.values(), other.groups.values(), strict=True))
        )

    @property
    def groups(self) -> Mapping[str, Integers]:
        """Return the arrays by the names that noise and files use."""
        return {
            "flags": self.flags,
            "histograms": self.histograms,
            "pair_counts": self.pair_counts,
            "second_moments": self.second_moments,
        }


def get_flag(breasts: bool) -> str:  # noqa: FBT001  A body has it as a boolean.
    """Return the name of the flag in FLAGS."""
    return "with_breasts" if breasts else "without_breasts"


class SumAccumulator:
    """Computes the sums of contributions in batches, with a random generator of its own."""

    def __init__(self, codebook: Codebook) -> None:
        self._codebook = codebook
        self._random = np.random.default_rng(secrets.randbits(256))

    def sum_bodies(self, bodies: Iterable[tuple[bool, Mapping[str, float]]]) -> Sums:
        """Return the sums of one body per account.

        A body is its breasts flag and its measurements in mm and degrees by name.
        """
        names = self._codebook.names
        rows = [(breasts, [*map(by_name.get, names)]) for breasts, by_name in bodies]
        if not rows:
            return Sums.zeros(self._codebook)
        flags = np.array([FLAGS.index(get_flag(breasts)) for breasts, _ in rows], np.int64)
        values = np.array([values for _, values in rows], np.float64)
        return compute_sums(self._codebook, flags, values, self._random)


def compute_sums(
    codebook: Codebook, flags: Integers, values: Floats, random: np.random.Generator
) -> Sums:
    """Sum contributions: `flags` (n,) are indices into FLAGS; `values` (n, measurements) may be NaN.

    A contribution with more values than the codebook allows is sampled at random.
    """
    sums = Sums.zeros(codebook)
    for place, flag in enumerate(FLAGS):
        given = _limit_values(codebook, flag, values[flags == place], random)
        sums.flags[place] = len(given)
        sums.histograms[place] = _count_histograms(codebook, given)
        sums.pair_counts[place] = _sum_products(~np.isnan(given))
        sums.second_moments[place] = _sum_products(clip_to_norm(codebook, flag, given))
    return sums


def mask_not_asked(codebook: Codebook, sums: Sums, flags: Collection[str] = FLAGS) -> Sums:
    """Set the sums of flags that are not in `flags`, and of measurements a flag does not have, to 0."""
    taken = np.array([flag in flags for flag in FLAGS])
    has = np.array([[flag in item.centre for item in codebook.items] for flag in FLAGS])
    has &= taken[:, None]
    first, second = np.triu_indices(len(codebook.items), 1)
    both = has[:, first] & has[:, second]
    return Sums(
        flags=sums.flags * taken,
        histograms=sums.histograms * has[:, :, None],
        pair_counts=sums.pair_counts * both,
        second_moments=sums.second_moments * both,
    )


def _limit_values(
    codebook: Codebook, flag: str, values: Floats, random: np.random.Generator
) -> Floats:
    """Return the values that the flag has, at most `max_values` per contribution; others are NaN."""
    asked = np.array([flag in item.centre for item in codebook.items])
    given = np.where(asked, values, np.nan)
    order = np.where(np.isnan(given), 2.0, random.random(given.shape))
    ranks = order.argsort(axis=1).argsort(axis=1)
    return np.where(ranks < codebook.max_values, given, np.nan)


def _count_histograms(codebook: Codebook, given: Floats) -> Integers:
    items, bins = codebook.items, codebook.items[0].bins
    lowest = np.array([item.lowest for item in items])
    width = np.array([item.width for item in items])
    within = np.clip((given - lowest) // width, 0, bins - 1) + np.arange(len(items)) * bins
    found = within[~np.isnan(within)].astype(np.int64)
    return np.bincount(found, minlength=len(items) * bins).reshape(len(items), bins)


def clip_to_norm(codebook: Codebook, flag: str, given: Floats) -> Floats:
    """Return the quantized rows, each scaled down to the codebook's norm."""
    found = quantize(codebook, flag, given)
    length = np.sqrt((found**2).sum(axis=1, keepdims=True))
    # Truncate, since rounding could exceed the norm again.
    shorter = np.minimum(1, codebook.norm * QUANTIZATION_STEPS / np.maximum(length, 1))
    return np.asarray(np.trunc(found * shorter))


def quantize(codebook: Codebook, flag: str, given: Floats) -> Floats:
    """Return the distances from the centre in whole steps; 0 for NaN."""
    centre = np.array([item.centre.get(flag, 0) for item in codebook.items])
    scale = np.array([item.scale.get(flag, 1) for item in codebook.items])
    far = np.nan_to_num(np.rint((given - centre) / scale * QUANTIZATION_STEPS))
    return np.asarray(np.clip(far, -_MAX_STEPS, _MAX_STEPS))


def _sum_products(columns: NDArray[Any]) -> Integers:
    """Return the sum of products of each pair of columns, exactly and in one thread.

    A product of float matrices would run in BLAS, which occupies all processors.
    """
    above = np.triu_indices(columns.shape[1], 1)
    across = np.ascontiguousarray(columns.T, np.int64)
    return np.asarray((across @ across.T)[above])
