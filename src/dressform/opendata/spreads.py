"""What a picture of one measurement is drawn from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dressform.opendata.codebook import FLAGS
from dressform.opendata.densities import Density
from dressform.opendata.draws import Together
from dressform.opendata.population import Group


@dataclass(frozen=True, slots=True)
class Seen:
    """Of one flag: noisy `counts` by bin, and the smooth `share` at each whole unit."""

    counts: Sequence[int]
    share: Sequence[float]
    people: float
    quantiles: Mapping[int, float]
    """By the percentile, in the unit."""


@dataclass(frozen=True, slots=True)
class Spread:
    """`edges` of the bins, in whole `unit`s; the shares begin at the first."""

    name: str
    unit: str
    edges: Sequence[int]
    flags: Mapping[str, Seen]


PERCENTILES = (5, 25, 50, 75, 95)
_SHARES = np.array(PERCENTILES) / 100


def spreads(drawn: Together, groups: Mapping[str, Group]) -> list[Spread]:
    """In the codebook's order."""
    return [
        Spread(
            item.name,
            item.unit,
            item.edges,
            {
                flag: _seen(drawn, groups[flag].densities[item.name], at, place)
                for place, flag in enumerate(FLAGS)
                if flag in item.centre
            },
        )
        for at, item in enumerate(drawn.codebook.items)
    ]


def _seen(drawn: Together, density: Density, at: int, place: int) -> Seen:
    return Seen(
        counts=drawn.sums.histograms[place, at].tolist(),
        share=density.share.tolist(),
        people=density.people,
        quantiles=dict(zip(PERCENTILES, _cuts(density), strict=True)),
    )


def _cuts(density: Density) -> list[float]:
    return [float(at) for at in density.quantile(_SHARES)]
