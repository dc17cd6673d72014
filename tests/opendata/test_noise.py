"""The noise itself: in every sum, and as much as the budget says."""

import numpy as np
import pytest

from dressform.opendata import budget
from dressform.opendata.codebook import CORE
from dressform.opendata.noise import noisy, noisy_count
from dressform.opendata.sums import Sums

TIMES = 150
SURE = 6
"""Standard deviations of what is measured: passed by chance once in hundreds of millions."""

SHARES = budget.shares(CORE)


@pytest.fixture(scope="module")
def of_nothing() -> list[Sums]:
    return [noisy(CORE, Sums.none(CORE)) for _ in range(TIMES)]


def assert_noise(found: np.ndarray, sigma: float) -> None:
    """Around zero, and as far from it as stated: neither less nor more."""
    assert abs(found.mean()) < SURE * sigma / np.sqrt(found.size)
    assert abs(found.std() / sigma - 1) < SURE / np.sqrt(2 * found.size)


@pytest.mark.parametrize("name", SHARES)
def test_every_group_has_the_noise_that_its_share_asks_for(
    of_nothing: list[Sums], name: str
) -> None:
    found = np.concatenate([each.groups[name].ravel() for each in of_nothing])

    assert_noise(found, SHARES[name].sigma)


def test_every_cell_has_noise_of_its_own(of_nothing: list[Sums]) -> None:
    for name in SHARES:
        cells = np.array([each.groups[name].ravel() for each in of_nothing])
        assert (cells.std(axis=0) > SHARES[name].sigma / 2).all(), name


def test_the_count_that_opens_the_gate_has_noise_too() -> None:
    counts = np.array([noisy_count(1_000) for _ in range(1_000)])

    assert_noise(counts - 1_000, budget.GATE.sigma)
