"""The expected errors of an edition, computed from its noisy sums alone."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from dressform.opendata.codebook import FLAGS, Codebook
from dressform.opendata.draws import CombinedDraws
from dressform.opendata.population import Group

_MEAN_ABSOLUTE_NORMAL = math.sqrt(2 / math.pi)
"""The mean distance of a normal error, in standard errors."""


@dataclass(frozen=True, slots=True)
class Quality:
    """The expected mean errors for one flag, relative to the contributors' population.

    `shown` is false, and the other fields are empty, if too few people contributed. `people` is a noisy
    count with its standard error beside it. `median_mm` and `percentiles_mm` (5th and 95th) are over all
    lengths. `left_out` has the measurements that too few people contributed.
    """

    flag: str
    shown: bool
    people: int | None = None
    people_standard_error: int | None = None
    measurements: int = 0
    left_out: tuple[str, ...] = ()
    median_mm: float | None = None
    percentiles_mm: float | None = None
    correlations: float | None = None


def assess_quality(combined: CombinedDraws, groups: Mapping[str, Group]) -> list[Quality]:
    """Return the expected errors of each flag, in the order of FLAGS."""
    return [
        _assess_group(combined.codebook, groups[flag])
        if flag in groups
        else Quality(flag, shown=False)
        for flag in FLAGS
    ]


def to_json(found: Sequence[Quality]) -> list[dict[str, Any]]:
    """Convert to the objects of the JSON files."""
    return [asdict(each) | {"left_out": list(each.left_out)} for each in found]


def _assess_group(codebook: Codebook, group: Group) -> Quality:
    return Quality(
        flag=group.flag,
        shown=True,
        people=group.people,
        people_standard_error=math.ceil(group.people_error),
        measurements=len(group.names),
        left_out=group.left_out,
        median_mm=_mean_quantile_error(codebook, group, (0.5,)),
        percentiles_mm=_mean_quantile_error(codebook, group, (0.05, 0.95)),
        correlations=_mean_correlation_error(group),
    )


def _mean_quantile_error(codebook: Codebook, group: Group, shares: Sequence[float]) -> float | None:
    lengths = {item.name for item in codebook.items if item.unit == "mm"}
    errors = [
        density.quantile_error(np.array(shares))
        for name, density in group.densities.items()
        if name in lengths
    ]
    return _mean_error(np.array(errors), 1)


def _mean_correlation_error(group: Group) -> float | None:
    return _mean_error(group.correlation_errors[np.triu_indices(len(group.names), 1)], 3)


def _mean_error(errors: np.ndarray, digits: int) -> float | None:
    if not errors.size:
        return None
    steps: int = 10**digits
    return math.ceil(steps * _MEAN_ABSOLUTE_NORMAL * float(errors.mean())) / steps
