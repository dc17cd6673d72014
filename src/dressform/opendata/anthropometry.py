"""Correlations of body measurements that are published elsewhere: facts, none from members' data."""

import json
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from dressform.opendata.sums import Floats


def get_published_correlations(flag: str, names: Sequence[str]) -> Floats:
    """Return the published correlations of `names`, squared; NaN where none is published."""
    facts = _read_facts()
    known = facts["measurements"]
    found = np.full((len(names), len(names)), np.nan)
    for row, a in enumerate(names):
        for column, b in enumerate(names):
            if a in known and b in known:
                first, second = sorted((known.index(a), known.index(b)))
                found[row, column] = facts[flag][second][first]
    return found


@cache
def _read_facts() -> dict[str, Any]:
    file = resources.files("dressform.opendata").joinpath("anthropometry.json")
    found: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return found
