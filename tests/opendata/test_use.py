"""What the data are good for: how far an edition is from the population, of simulated people only.

Never from the real rows: an error against those would tell about them.
"""

import numpy as np
import pytest
from numpy.typing import NDArray

from dressform.opendata.codebook import CORE, FLAGS
from dressform.opendata.population import Group
from tests.opendata.errors import found_in, truth


@pytest.fixture(scope="module")
def groups() -> list[dict[str, Group]]:
    return [found_in(5_000, seed) for seed in range(3)]


def _off(groups: list[dict[str, Group]], share: float) -> NDArray[np.float64]:
    """Mean error in mm, by flag and measurement."""
    off = np.mean(
        [
            [
                [
                    abs(float(group[flag].densities[name].quantile(np.array([share]))[0]) - true)
                    for name, true in zip(CORE.names, truth(flag).quantile(share), strict=True)
                ]
                for flag in FLAGS
            ]
            for group in groups
        ],
        axis=0,
    )
    return np.asarray(off)


def test_medians_of_5000_people_are_within_5_mm(groups: list[dict[str, Group]]) -> None:
    assert _off(groups, 0.5).mean() <= 5


@pytest.mark.parametrize("share", [0.05, 0.95])
def test_percentiles_of_5000_people_are_within_15_mm(
    groups: list[dict[str, Group]], share: float
) -> None:
    assert _off(groups, share).mean() <= 15


def test_correlations_of_5000_people_are_within_a_tenth(groups: list[dict[str, Group]]) -> None:
    above = np.triu_indices(len(CORE.items), 1)
    off = [
        np.abs(group[flag].correlations - truth(flag).correlations)[above].mean()
        for group in groups
        for flag in FLAGS
    ]

    assert np.mean(off) <= 0.1
