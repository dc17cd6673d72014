"""Synthetic records, drawn from the estimated distributions and correlations."""

import hashlib
from collections.abc import Collection, Mapping
from itertools import pairwise
from statistics import NormalDist

import numpy as np

from dressform.opendata.codebook import Codebook
from dressform.opendata.population import Group
from dressform.opendata.resources import Field, Resource, Value
from dressform.opendata.sums import Floats, Sums, mask_not_asked

RECORDS = 10_000

_INVERSE_CDF = np.vectorize(NormalDist().inv_cdf, otypes=[float])
_CDF = np.vectorize(NormalDist().cdf, otypes=[float])


def build_synthetic_records(
    codebook: Codebook, sums: Sums, groups: Mapping[str, Group]
) -> Resource:
    """Return records with all estimated measurements of their flag, in whole mm and degrees.

    They are drawn by a Gaussian copula. The seed is a hash of the noisy sums, so that anyone can
    reproduce the records from those.
    """
    random = np.random.default_rng(_derive_seed(mask_not_asked(codebook, sums)))
    rows = [
        row
        for group, number in zip(groups.values(), _allocate_records(groups.values()), strict=True)
        for row in _generate_rows(codebook, group, number, random)
    ]
    units = [Field(item.name, "integer", f"In {item.unit}.", item.unit) for item in codebook.items]
    return Resource(
        name="people",
        title="Made-up people",
        description="Complete sets of measurements of people who do not exist. As a whole they are "
        "spread as those who contributed, as far as the noise lets one see that; no row is a real person's. Empty "
        "where the measurement does not go with the flag, or too few contributed it.",
        fields=(Field("breasts", "boolean", "Whether the body has breasts."), *units),
        rows=[rows[place] for place in random.permutation(len(rows))],
    )


def _allocate_records(groups: Collection[Group]) -> list[int]:
    """Return the number of records per group, proportional to its people; RECORDS in total."""
    everyone = sum(group.people for group in groups)
    below = (
        [
            round(RECORDS * sum(group.people for group in list(groups)[:at]) / everyone)
            for at in range(len(groups) + 1)
        ]
        if groups
        else [0]
    )
    return [high - low for low, high in pairwise(below)]


def _generate_rows(
    codebook: Codebook, group: Group, number: int, random: np.random.Generator
) -> list[tuple[Value, ...]]:
    drawn = _draw_values(group, number, random)
    columns: list[list[Value]] = [[group.flag == "with_breasts"] * number]
    for name in codebook.names:
        at = drawn.get(name)
        columns.append([None] * number if at is None else [int(value) for value in np.rint(at)])
    return list(zip(*columns, strict=True))


def _draw_values(group: Group, number: int, random: np.random.Generator) -> dict[str, Floats]:
    # NumPy keeps uniform numbers stable between versions, but not normal ones.
    normal = _INVERSE_CDF(random.random((number, len(group.names))) * (1 - 2e-12) + 1e-12)
    values, vectors = np.linalg.eigh(group.correlations)
    together = normal @ (vectors * np.sqrt(np.maximum(values, 0))).T
    shares = _CDF(together)
    return {
        name: density.quantile(shares[:, place])
        for place, (name, density) in enumerate(group.densities.items())
    }


def _derive_seed(sums: Sums) -> int:
    """Return a seed from the published sums alone."""
    digest = hashlib.sha256()
    for group in sums.groups.values():
        digest.update(group.astype("<i8").tobytes())
    return int.from_bytes(digest.digest())
