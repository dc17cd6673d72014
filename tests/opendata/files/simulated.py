"""Contributions of people who go by the codebook's centres and scales, and vary more."""

import numpy as np

from dressform.opendata.codebook import FLAGS, Codebook
from dressform.opendata.sums import Floats, Integers


def contributions(codebook: Codebook, number: int, *, seed: int) -> tuple[Integers, Floats]:
    """Flags and values, NaN where a measurement doesn't go with the flag."""
    random = np.random.default_rng(seed)
    flags = (random.random(number) < 0.3).astype(np.int64)
    size = random.standard_normal((number, 1))
    apart = random.standard_normal((number, len(codebook.items)))
    far = 1.3 * (0.7 * size + 0.7 * apart)
    return flags, np.rint(_centres(codebook)[flags] + far * _scales(codebook)[flags])


def _centres(codebook: Codebook) -> Floats:
    return np.array([[item.centre.get(flag, np.nan) for item in codebook.items] for flag in FLAGS])


def _scales(codebook: Codebook) -> Floats:
    return np.array([[item.scale.get(flag, 1) for item in codebook.items] for flag in FLAGS])
