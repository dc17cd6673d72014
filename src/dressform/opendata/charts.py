"""Tables that people who sew and grade patterns look things up in."""

from statistics import NormalDist

import numpy as np

from dressform.opendata.codebook import Codebook
from dressform.opendata.densities import Density, together
from dressform.opendata.population import Group
from dressform.opendata.resources import Field, Resource, Value

_PERCENTILES = (1, 2, 5, 10, 25, 50, 75, 90, 95, 98, 99)
_KEYS = ("chest", "seat", "waist")
_STEP = 40
_USUAL = (0.02, 0.98)

_FLAG = Field("flag", "string", "with_breasts, without_breasts, or both together.")
_NORMAL = NormalDist()


def quantiles(codebook: Codebook, groups: dict[str, Group]) -> Resource:
    rows: list[tuple[Value, ...]] = []
    for item in codebook.items:
        found = {
            flag: group.densities[item.name]
            for flag, group in groups.items()
            if item.name in group.densities
        }
        if len(found) == len(groups):
            found["both"] = together(list(found.values()))
        rows += [(item.name, item.unit, flag, *_described(each)) for flag, each in found.items()]
    return Resource(
        name="quantiles",
        title="Quantiles of each measurement",
        description="How each measurement is spread: of a hundred people, p05 is the value that 5 "
        "have less than.",
        fields=(
            Field("measurement", "string", "Its name in FreeSewing."),
            Field("unit", "string", "mm or degree."),
            _FLAG,
            Field("people", "integer", "How many gave it, with noise."),
            Field("mean", "number", "In the unit."),
            Field("deviation", "number", "The standard deviation, in the unit."),
            *(Field(f"p{of:02}", "number", "In the unit.") for of in _PERCENTILES),
        ),
        rows=rows,
    )


def _described(density: Density) -> tuple[Value, ...]:
    cuts = density.quantile(np.array(_PERCENTILES) / 100)
    people = round(density.people)
    return (people, *(round(float(at), 1) for at in (density.mean, density.deviation, *cuts)))


def correlations(groups: dict[str, Group]) -> Resource:
    rows: list[tuple[Value, ...]] = [
        (flag, a, b, round(float(group.correlations[i, j]), 3))
        for flag, group in groups.items()
        for i, a in enumerate(group.names)
        for j, b in enumerate(group.names)
        if i < j
    ]
    return Resource(
        name="correlations",
        title="Correlations between measurements",
        description="Pearson's coefficient of every two measurements, by the flag.",
        fields=(
            Field("flag", "string", "with_breasts or without_breasts."),
            Field("a", "string", "The one measurement."),
            Field("b", "string", "The other one."),
            Field("correlation", "number", "From -1 to 1."),
        ),
        rows=rows,
    )


def sizes(codebook: Codebook, groups: dict[str, Group]) -> Resource:
    """For a girth that sizes go by, what the others are in the middle of those who have it."""
    rows: list[tuple[Value, ...]] = []
    for flag, group in groups.items():
        for key in _KEYS:
            density = group.densities[key]
            low, high = (float(at) for at in density.quantile(np.array(_USUAL)))
            for at in range(round(low / _STEP) * _STEP, round(high / _STEP) * _STEP + 1, _STEP):
                share = float(
                    density.below[np.clip(at - density.lowest, 0, len(density.share) - 1)]
                )
                found = _with(group, key, at, share)
                rows.append((flag, key, at, *(found.get(name) for name in codebook.names)))
    return Resource(
        name="sizes",
        title="Size charts",
        description="For a chest, seat or waist of so many mm: the median of every other measurement "
        "of those who have it.",
        fields=(
            Field("flag", "string", "with_breasts or without_breasts."),
            Field("key", "string", "The girth that the size goes by."),
            Field("size", "integer", "That girth.", "mm"),
            *(
                Field(item.name, "integer", f"In {item.unit}.", item.unit)
                for item in codebook.items
            ),
        ),
        rows=rows,
    )


def _with(group: Group, key: str, at: int, share: float) -> dict[str, int]:
    far = _NORMAL.inv_cdf(min(max(share, 1e-6), 1 - 1e-6))
    follows = group.correlations[group.names.index(key)]
    shares = [_NORMAL.cdf(far * float(of)) for of in follows]
    found = {
        name: round(float(density.quantile(np.array([shares[place]]))[0]))
        for place, (name, density) in enumerate(group.densities.items())
    }
    return found | {key: at}
