"""What in a chart may be noise alone: less than two standard deviations of the noise in it."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from dressform.opendata.budget import UNITS
from dressform.opendata.codebook import FLAGS
from dressform.opendata.spreads import Seen, Spread
from dressform.opendata.sums import Floats

Records = Sequence[Mapping[str, Any]]
Cell = tuple[str, str, str]
"""A flag and two measurements."""

DEVIATIONS = 2


def expected_counts(spread: Spread, seen: Seen) -> list[float]:
    """Return what the curve says of a bin around each unit: people, as in the noisy counts."""
    width = spread.edges[1] - spread.edges[0]
    return [each * width * seen.people for each in seen.share]


def is_above_noise(spread: Spread, flag: str, sigma: float) -> bool:
    """Return whether people are more than noise alone, together and where the curve is highest."""
    seen = spread.flags.get(flag)
    if seen is None:
        return False
    level = DEVIATIONS * sigma
    return (
        seen.people > level * math.sqrt(len(seen.counts))
        and max(expected_counts(spread, seen)) > level
    )


def correlation_errors(
    tables: Mapping[str, Records], sigmas: Mapping[str, Floats]
) -> dict[Cell, float]:
    """Return the standard error of each correlation: the table's own, or else what the noise makes.

    A correlation is a sum of products over how many gave both, over two standard deviations; the
    noise of the sum and that of the count add up. A correlation that is left empty has none.
    """
    given = [row for row in tables["correlations"] if row["correlation"] is not None]
    if all("standard_error" in row for row in given):
        return {(row["flag"], row["a"], row["b"]): row["standard_error"] for row in given}
    scales = {
        (flag, row["measurement"]): row[f"scale_{flag}"]
        for row in tables["codebook"]
        for flag in FLAGS
    }
    deviations = {
        (row["flag"], row["measurement"]): row["deviation"] for row in tables["quantiles"]
    }
    counts = {(row["flag"], row["a"], row["b"]): row["sum"] for row in tables["pair_counts"]}
    return {
        (flag, a, b): _error(
            row["correlation"],
            max(counts[flag, a, b], 1),
            [deviations[flag, name] / scales[flag, name] for name in (a, b)],
            {name: float(of[FLAGS.index(flag)]) for name, of in sigmas.items()},
        )
        for row in given
        for flag, a, b in [(row["flag"], row["a"], row["b"])]
    }


def _error(
    correlation: float, both: float, deviations: Sequence[float], sigmas: Mapping[str, float]
) -> float:
    product = sigmas["second_moments"] / UNITS**2 / both / math.prod(deviations)
    count = correlation * sigmas["pair_counts"] / both
    return math.hypot(product, count)
