"""Simulated adults with the 20 measurements of the smaller codebook: nobody's measurements.

Fourteen follow the published means and covariances of ANSUR II (`tests/sewing/moments.json`). The
other six follow from those by plain proportions of a body, with a spread of their own: enough that
they correlate as such measurements do, and no claim about anyone.
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
"""How much of which measurement, how many mm more, and the standard deviation of the rest."""


def people(number: int, *, flag: str, seed: int) -> NDArray[np.float64]:
    """(number, 20) in whole mm, in the order of NAMES."""
    random = np.random.default_rng(seed)
    moments = _MOMENTS[flag]
    known = random.multivariate_normal(moments["mean"], moments["covariance"], size=number)
    columns = dict(zip(_MOMENTS["measurements"], known.T, strict=True))
    for name, (parts, more, spread) in _FOLLOWING.items():
        follows = sum(of * columns[part] for part, of in parts.items())
        columns[name] = follows + more + random.normal(0, spread, number)
    return np.asarray(np.rint(np.column_stack([columns[name] for name in NAMES])))


def both(number: int, seed: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """As many of each flag: their flags as places in FLAGS, and their measurements."""
    half = number // len(FLAGS)
    flags = np.repeat(np.arange(len(FLAGS)), half)
    values = [people(half, flag=flag, seed=2 * seed + place) for place, flag in enumerate(FLAGS)]
    return flags, np.vstack(values)
