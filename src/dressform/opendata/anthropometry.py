"""Published correlations of body measurements. None comes from members' data."""

from collections.abc import Sequence

import numpy as np

from dressform.opendata.sums import Floats
from dressform.sewing.data import load_json

_FACTS = load_json("anthropometry", package="dressform.opendata")


def get_published_correlations(flag: str, names: Sequence[str]) -> Floats:
    """Return the published correlations of `names`, as a square matrix; NaN where none is published."""
    known = _FACTS["measurements"]
    found = np.full((len(names), len(names)), np.nan)
    for row, a in enumerate(names):
        for column, b in enumerate(names):
            if a in known and b in known:
                first, second = sorted((known.index(a), known.index(b)))
                found[row, column] = _FACTS[flag][second][first]
    return found
