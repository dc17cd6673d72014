"""The data of the charts of single measurements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dressform.opendata.codebook import FLAGS
from dressform.opendata.densities import Density
from dressform.opendata.draws import CombinedDraws
from dressform.opendata.population import Group


@dataclass(frozen=True, slots=True)
class GroupDistribution:
    """The distribution of one flag: noisy `counts` per bin, and the `share` at each whole unit.

    `count_error` is the standard error of each count. `quantiles` and their standard errors are by
    percentile, in the unit of the measurement.
    """

    counts: Sequence[int]
    count_error: float
    share: Sequence[float]
    people: float
    quantiles: Mapping[int, float]
    quantile_errors: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Distribution:
    """The distribution of a measurement, for each flag with enough contributors.

    `edges` are those of the bins, in whole units; the shares begin at the first edge.
    """

    name: str
    unit: str
    edges: Sequence[int]
    flags: Mapping[str, GroupDistribution]


PERCENTILES = (5, 25, 50, 75, 95)
_SHARES = np.array(PERCENTILES) / 100


def build_distributions(combined: CombinedDraws, groups: Mapping[str, Group]) -> list[Distribution]:
    """Return the distributions in the codebook's order, without measurements that were left out."""
    found = [
        Distribution(
            item.name,
            item.unit,
            item.edges,
            {
                flag: _build_group(combined, group.densities[item.name], at, FLAGS.index(flag))
                for flag, group in groups.items()
                if item.name in group.densities
            },
        )
        for at, item in enumerate(combined.codebook.items)
    ]
    return [spread for spread in found if spread.flags]


def _build_group(
    combined: CombinedDraws, density: Density, at: int, place: int
) -> GroupDistribution:
    errors = [float(each) for each in density.quantile_error(_SHARES)]
    return GroupDistribution(
        counts=combined.sums.histograms[place, at].tolist(),
        count_error=float(combined.sigmas["histograms"][place]),
        share=density.share.tolist(),
        people=density.people,
        quantiles=dict(zip(PERCENTILES, _list_quantiles(density), strict=True)),
        quantile_errors=dict(zip(PERCENTILES, errors, strict=True)),
    )


def _list_quantiles(density: Density) -> list[float]:
    return [float(at) for at in density.quantile(_SHARES)]
