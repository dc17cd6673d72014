"""Size charts: the medians of all measurements, given a key girth."""

import math
from collections.abc import Mapping, Sequence
from statistics import NormalDist

import numpy as np

from dressform.opendata.codebook import Codebook
from dressform.opendata.population import Group
from dressform.opendata.resources import ERROR, Field, Resource, Value
from dressform.opendata.summary_tables import EMPTY, is_hidden_by_noise

_KEY_GIRTHS = ("chest", "seat", "waist")
_STEP_MM = 40
_SHOWN_SHARES = (0.02, 0.98)
_MIN_SHARE = 1e-6

_NORMAL = NormalDist()


def build_size_charts(codebook: Codebook, groups: Mapping[str, Group]) -> Resource:
    return Resource(
        name="sizes",
        title="Size charts",
        description="For a chest, seat or waist of so many mm: the median of every other measurement "
        f"of those who have it. {EMPTY} The standard errors are approximate: those of the "
        "measurement's quantile, of the correlation and of the girth's share, taken together.",
        fields=(
            Field("flag", "string", "with_breasts or without_breasts."),
            Field("key", "string", "The girth that the size goes by."),
            Field("size", "integer", "That girth.", "mm"),
            *(
                field
                for item in codebook.items
                for field in (
                    Field(item.name, "integer", f"In {item.unit}.", item.unit),
                    Field(
                        f"{item.name}_{ERROR}",
                        "integer",
                        f"The standard error of {item.name}.",
                        item.unit,
                    ),
                )
            ),
        ),
        rows=[
            (group.flag, key, size, *_median_columns(codebook, group, key, size))
            for group in groups.values()
            for key in _KEY_GIRTHS
            if key in group.densities
            for size in _size_range(group, key)
        ],
    )


def _size_range(group: Group, key: str) -> range:
    low, high = (float(at) for at in group.densities[key].quantile(np.array(_SHOWN_SHARES)))
    return range(round(low / _STEP_MM) * _STEP_MM, round(high / _STEP_MM) * _STEP_MM + 1, _STEP_MM)


def _median_columns(codebook: Codebook, group: Group, key: str, size: int) -> Sequence[Value]:
    """Return value and standard error of each measurement; the error of the key girth is 0."""
    told: list[Value] = []
    for name in codebook.names:
        if name == key:
            told += [size, 0]
        elif name in group.densities:
            told += _conditional_median(group, key, size, name)
        else:
            told += [None, None]
    return told


def _conditional_median(group: Group, key: str, size: int, name: str) -> tuple[Value, Value]:
    """Return the conditional median by a Gaussian copula, and its standard error."""
    girth, density = group.densities[key], group.densities[name]
    at = int(np.clip(size - girth.lowest, 0, len(girth.share) - 1))
    far = _NORMAL.inv_cdf(min(max(float(girth.cumulative[at]), _MIN_SHARE), 1 - _MIN_SHARE))
    pair = group.names.index(key), group.names.index(name)
    follows = float(group.correlations[pair])
    share = np.array([_NORMAL.cdf(far * follows)])
    value = density.quantile(share)[0]
    # The derivative of the value by its normal score; for a normal density, the deviation.
    rise = _NORMAL.pdf(far * follows) / max(
        _interpolate_share(density.share, value - density.lowest), 1e-9
    )
    error = math.hypot(
        float(density.quantile_error(share)[0]),
        rise * far * float(group.correlation_errors[pair]),
        rise * follows * float(girth.below_error[at]) / max(_NORMAL.pdf(far), _MIN_SHARE),
    )
    if is_hidden_by_noise(density, error):
        return None, None
    return round(float(value)), math.ceil(error)


def _interpolate_share(share: np.ndarray, at: float) -> float:
    return float(np.interp(at, np.arange(len(share)), share))
