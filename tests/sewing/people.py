"""Simulated adults, drawn from published means and covariances."""

import json
import math
import random
from collections.abc import Iterator
from pathlib import Path

_MOMENTS = json.loads(Path(__file__).with_name("moments.json").read_text())
_NAMES: list[str] = _MOMENTS["measurements"]


def draw_adults(number: int, *, breasts: bool, seed: int) -> Iterator[dict[str, float]]:
    """Yield adults with 14 measurements in whole mm."""
    moments = _MOMENTS["with_breasts" if breasts else "without_breasts"]
    mean, root = moments["mean"], _root(moments["covariance"])
    draw = random.Random(seed)
    for _ in range(number):
        z = [draw.gauss(0, 1) for _ in _NAMES]
        yield {
            name: round(mean[i] + sum(root[i][j] * z[j] for j in range(i + 1)))
            for i, name in enumerate(_NAMES)
        }


def _root(matrix: list[list[float]]) -> list[list[float]]:
    """Return the Cholesky factor."""
    root = [[0.0] * len(matrix) for _ in matrix]
    for i, row in enumerate(matrix):
        for j in range(i + 1):
            rest = row[j] - sum(root[i][k] * root[j][k] for k in range(j))
            root[i][j] = math.sqrt(rest) if i == j else rest / root[j][j]
    return root
