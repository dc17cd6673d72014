"""The sums over contributions: whole numbers, exact, and bounded in what one account adds.

The bounds are kept here, where each contribution is clipped; the noise relies on them.
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
"""How far from the centre a value counts in the second moments, in scales."""
_MAX_STEPS = MAX_SCALES * QUANTIZATION_STEPS


@dataclass(frozen=True, slots=True)
class Sums:
    """By the flag, in the order of FLAGS, and by the measurements in the codebook's order.

    `flags` (2,): contributions. `histograms` (2, measurements, bins). `pair_counts` (2, pairs): who
    gave both. `second_moments` (2, pairs): products of distances from the centre, in units of a
    sixteenth of the scale.
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
        """By name, as the noise and the files name them."""
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
    """Of contributions: `flags` (n,) as places in FLAGS, `values` (n, measurements), NaN for none.

    Of a contribution with more values than the codebook allows, some at random.
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
    """With 0 where a flag is none of `flags`, or doesn't have the measurement, or one of the two."""
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
    """Only what goes with the flag, and no more of it than the codebook's most."""
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
    """The same no farther than the codebook's norm, each row as a whole."""
    found = quantize(codebook, flag, given)
    length = np.sqrt((found**2).sum(axis=1, keepdims=True))
    # Cut off towards zero: rounding could make it longer again.
    shorter = np.minimum(1, codebook.norm * QUANTIZATION_STEPS / np.maximum(length, 1))
    return np.asarray(np.trunc(found * shorter))


def quantize(codebook: Codebook, flag: str, given: Floats) -> Floats:
    """Whole numbers of units from the centre; 0 for none."""
    centre = np.array([item.centre.get(flag, 0) for item in codebook.items])
    scale = np.array([item.scale.get(flag, 1) for item in codebook.items])
    far = np.nan_to_num(np.rint((given - centre) / scale * QUANTIZATION_STEPS))
    return np.asarray(np.clip(far, -_MAX_STEPS, _MAX_STEPS))


def _sum_products(columns: NDArray[Any]) -> Integers:
    """The sum of products for every two columns, in whole numbers: exact, and by one thread.

    Floats would go to a library that keeps all processors busy, which others need meanwhile.
    """
    above = np.triu_indices(columns.shape[1], 1)
    across = np.ascontiguousarray(columns.T, np.int64)
    return np.asarray((across @ across.T)[above])
