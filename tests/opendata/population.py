"""Simulated adults with the 20 measurements of the codebook CORE.

Fourteen are drawn with the published means and covariances of ANSUR II (`tests/sewing/moments.json`).
The other six are linear functions of those with an additional deviation, so that they correlate
plausibly.
"""

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dressform.opendata.codebook import CORE, FLAGS

NAMES = CORE.names

_MOMENTS = json.loads((Path(__file__).parents[1] / "sewing" / "moments.json").read_text())

_FOLLOWING = {
    "hips": ({"seat": 0.6, "waist": 0.42}, -30, 25),
    "hpsToWaistBack": ({"waistToFloor": 0.42}, -10, 18),
    "knee": ({"upperLeg": 0.5, "ankle": 0.3}, 15, 12),
    "shoulderToShoulder": ({"chest": 0.2, "shoulderToElbow": 0.5}, 45, 15),
    "shoulderToWrist": ({"shoulderToElbow": 1.7}, 10, 12),
    "waistToHips": ({"waistToFloor": 0.1}, 22, 8),
}
"""The coefficients, the constant in mm, and the standard deviation of the residual."""


_FAT = {
    "waist": 0.9,
    "hips": 0.85,
    "seat": 0.8,
    "chest": 0.7,
    "upperLeg": 0.65,
    "biceps": 0.6,
    "crossSeam": 0.5,
    "neck": 0.45,
    "knee": 0.35,
    "ankle": 0.3,
    "wrist": 0.25,
}
"""The growth of a measurement in scales of the codebook per unit of body fat."""
_SHORTER = {"waistToFloor": 0.5, "inseam": 0.5, "shoulderToElbow": 0.4, "shoulderToWrist": 0.4}

RARE = ("heel", "head")
"""Measurements that one person in seventy contributes, in `remove_values`."""


def draw_people(number: int, *, flag: str, seed: int) -> NDArray[np.float64]:
    """Draw people as an array (number, 20) in whole mm, in the order of NAMES."""
    random = np.random.default_rng(seed)
    moments = _MOMENTS[flag]
    known = random.multivariate_normal(moments["mean"], moments["covariance"], size=number)
    columns = dict(zip(_MOMENTS["measurements"], known.T, strict=True))
    for name, (parts, more, spread) in _FOLLOWING.items():
        follows = sum(of * columns[part] for part, of in parts.items())
        columns[name] = follows + more + random.normal(0, spread, number)
    return np.asarray(np.rint(np.column_stack([columns[name] for name in NAMES])))


def draw_both_flags(number: int, seed: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Draw equally many people of each flag; return their indices into FLAGS, and their values."""
    half = number // len(FLAGS)
    flags = np.repeat(np.arange(len(FLAGS)), half)
    values = [
        draw_people(half, flag=flag, seed=2 * seed + place) for place, flag in enumerate(FLAGS)
    ]
    return flags, np.vstack(values)


def draw_civilians(number: int, *, flag: str, seed: int) -> NDArray[np.float64]:
    """Draw people who differ from the codebook: with more fat, skewed, and with shorter limbs."""
    random = np.random.default_rng([seed, 1])
    fat = random.gamma(4.0, 0.5, number) - 1.6
    values = draw_people(number, flag=flag, seed=seed)
    for column, item in enumerate(CORE.items):
        values[:, column] += item.scale[flag] * _FAT.get(item.name, 0.0) * fat
        values[:, column] -= item.scale[flag] * _SHORTER.get(item.name, 0.0)
    return np.asarray(np.rint(values))


def remove_values(values: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    """Replace half of the values by NaN, and nearly all of RARE."""
    random = np.random.default_rng([seed, 2])
    given = np.array([1 / 70 if name in RARE else 0.5 for name in NAMES])
    return np.where(random.random(values.shape) < given, values, np.nan)
