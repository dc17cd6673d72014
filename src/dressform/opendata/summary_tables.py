"""Summary tables of quantiles and correlations, for people who grade patterns.

Each number has a standard error, which includes noise and sampling. Values with a large error are left
empty.
"""

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from dressform.opendata.codebook import Codebook, Item
from dressform.opendata.densities import Density, mixture
from dressform.opendata.population import Group
from dressform.opendata.resources import ERROR, Field, Resource, Value

_PERCENTILES = (1, 2, 5, 10, 25, 50, 75, 90, 95, 98, 99)
_MAX_RELATIVE_ERROR = 0.5
"""The largest shown standard error, relative to the deviation of the measurement."""
_MAX_CORRELATION_ERROR = 0.2

EMPTY = "Empty where the noise hides it."

_FLAG = Field("flag", "string", "with_breasts, without_breasts, or both together.")


def build_quantiles(codebook: Codebook, groups: Mapping[str, Group]) -> Resource:
    rows = [
        (item.name, item.unit, flag, *_quantile_columns(density))
        for item in codebook.items
        for flag, density in _iter_densities(item, groups)
    ]
    return Resource(
        name="quantiles",
        title="Quantiles of each measurement",
        description="How each measurement is spread: of a hundred people, p05 is the value that 5 "
        f"have less than. {EMPTY} The standard errors are approximate: worked out from the noise and "
        "from how many gave it (the delta method), rounded up.",
        fields=(
            Field("measurement", "string", "Its name in FreeSewing."),
            Field("unit", "string", "mm or degree."),
            _FLAG,
            *_fields_with_error("people", "integer", "How many gave it, with noise."),
            *_fields_with_error("mean", "number", "In the unit."),
            *_fields_with_error("deviation", "number", "The standard deviation, in the unit."),
            *(
                field
                for of in _PERCENTILES
                for field in _fields_with_error(f"p{of:02}", "number", "In the unit.")
            ),
        ),
        rows=rows,
    )


def _fields_with_error(name: str, kind: str, description: str) -> tuple[Field, Field]:
    error = f"The standard error of {name}."
    whole = kind == "integer"
    return (
        Field(name, "integer" if whole else "number", description),
        Field(f"{name}_{ERROR}", "integer" if whole else "number", error),
    )


def _iter_densities(
    item: Item, groups: Mapping[str, Group]
) -> Iterator[tuple[str, Density | None]]:
    """Yield the densities by flag and of both flags together; None if too few people contributed."""
    found = {
        flag: group.densities.get(item.name)
        for flag, group in groups.items()
        if flag in item.centre
    }
    yield from found.items()
    known = [each for each in found.values() if each is not None]
    if len(known) == len(item.centre) > 1:
        yield "both", mixture(known)


def _quantile_columns(density: Density | None) -> Sequence[Value]:
    if density is None:
        return [None] * (2 * (3 + len(_PERCENTILES)))
    shares = np.array(_PERCENTILES) / 100
    values = zip(density.quantile(shares), density.quantile_error(shares), strict=True)
    measured = [
        (density.mean, density.mean_error),
        (density.deviation, density.deviation_error),
        *values,
    ]
    told: list[Value] = [round(density.people), math.ceil(density.people_error)]
    for value, error in measured:
        hidden = is_hidden_by_noise(density, error)
        told += [None, None] if hidden else [round(float(value), 1), round_error_up(error, 1)]
    return told


def round_error_up(error: float, digits: int) -> float:
    """Round a standard error up, so that it never overstates the precision."""
    steps: int = 10**digits
    return math.ceil(float(error) * steps) / steps


def is_hidden_by_noise(density: Density, error: float) -> bool:
    """Return whether the error of a value is too large to show the value."""
    return error > _MAX_RELATIVE_ERROR * density.deviation


def build_correlations(groups: Mapping[str, Group]) -> Resource:
    return Resource(
        name="correlations",
        title="Correlations between measurements",
        description="Pearson's coefficient of every two measurements, by the flag, each as close to "
        "what the noisy sums tell as its noise deserves: else closer to that of published "
        f"anthropometry (ANSUR II), and to a few factors that all measurements follow. {EMPTY} The "
        "standard errors are approximate, and rounded up.",
        fields=(
            Field("flag", "string", "with_breasts or without_breasts."),
            Field("a", "string", "The one measurement."),
            Field("b", "string", "The other one."),
            Field("correlation", "number", "From -1 to 1."),
            Field(ERROR, "number", "The standard error of the correlation."),
        ),
        rows=[row for group in groups.values() for row in _iter_correlations(group)],
    )


def _iter_correlations(group: Group) -> Iterator[tuple[Value, ...]]:
    names = [*group.names, *group.left_out]
    for i, a in enumerate(names):
        for j, b in enumerate(names):
            if i < j:
                yield (group.flag, a, b, *_correlation_columns(group, i, j))


def _correlation_columns(group: Group, i: int, j: int) -> tuple[Value, Value]:
    if j >= len(group.names) or group.correlation_errors[i, j] > _MAX_CORRELATION_ERROR:
        return None, None
    found = float(group.correlations[i, j])
    return round(found, 3), round_error_up(group.correlation_errors[i, j], 3)
