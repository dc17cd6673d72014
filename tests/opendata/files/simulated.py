"""Contributions as members give them: seven in ten of one flag, half of the values missing.

The people go by the codebook's centres and scales, and vary more.
"""

import numpy as np

from dressform.opendata.codebook import FLAGS, Codebook
from dressform.opendata.sums import Floats, Integers

RARE = "neck"
"""Which both codebooks have."""


def contributions(codebook: Codebook, number: int, *, seed: int) -> tuple[Integers, Floats]:
    """Flags and values, NaN where a measurement doesn't go with the flag, or was not given.

    RARE is given by one in a hundred.
    """
    random = np.random.default_rng(seed)
    flags = (random.random(number) < 0.3).astype(np.int64)
    size = random.standard_normal((number, 1))
    apart = random.standard_normal((number, len(codebook.items)))
    far = 1.3 * (0.7 * size + 0.7 * apart)
    values = np.rint(_centres(codebook)[flags] + far * _scales(codebook)[flags])
    given = np.array([0.01 if name == RARE else 0.5 for name in codebook.names])
    values[random.random(values.shape) > given] = np.nan
    return flags, values


def _centres(codebook: Codebook) -> Floats:
    return np.array([[item.centre.get(flag, np.nan) for item in codebook.items] for flag in FLAGS])


def _scales(codebook: Codebook) -> Floats:
    return np.array([[item.scale.get(flag, 1) for item in codebook.items] for flag in FLAGS])
