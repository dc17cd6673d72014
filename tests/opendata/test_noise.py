"""The noise itself: in every sum, and as much as the budget says."""

import numpy as np
import pytest

from dressform.opendata import budget
from dressform.opendata.codebook import CORE
from dressform.opendata.noise import add_noise, add_noise_to_counts
from dressform.opendata.sums import Sums
from tests.opendata.privacy_audit import TINY

TIMES = 150
SURE = 6
"""Standard deviations of what is measured: passed by chance once in hundreds of millions."""

SHARES = budget.list_shares(CORE)


def many() -> Sums:
    """Another number in each cell."""
    groups = Sums.zeros(CORE).groups
    return Sums(
        **{name: 1_000 + np.arange(each.size).reshape(each.shape) for name, each in groups.items()}
    )


@pytest.fixture(scope="module", params=[Sums.zeros(CORE), many()], ids=["none", "many"])
def drawn(request: pytest.FixtureRequest) -> dict[str, np.ndarray]:
    """The noise by the name of the group: (times, cells)."""
    exact: Sums = request.param
    found = [add_noise(CORE, exact).groups for _ in range(TIMES)]
    return {
        name: np.array([(each[name] - exact.groups[name]).ravel() for each in found])
        for name in SHARES
    }


def assert_noise(found: np.ndarray, sigma: float) -> None:
    """Around zero, and as far from it as stated: neither less nor more."""
    assert abs(found.mean()) < SURE * sigma / np.sqrt(found.size)
    assert abs(found.std() / sigma - 1) < SURE / np.sqrt(2 * found.size)


@pytest.mark.parametrize("name", SHARES)
def test_every_group_has_the_noise_that_its_share_asks_for(
    drawn: dict[str, np.ndarray], name: str
) -> None:
    assert_noise(drawn[name], SHARES[name].sigma)


def test_every_cell_has_noise(drawn: dict[str, np.ndarray]) -> None:
    for name, cells in drawn.items():
        assert (cells.std(axis=0) > SHARES[name].sigma / 2).all(), name


def test_no_two_cells_share_their_noise() -> None:
    """Neither those of two flags nor any others: the difference of two would be exact."""
    times = 2_000
    drawn = [add_noise(TINY, Sums.zeros(TINY)).groups.values() for _ in range(times)]
    cells = np.array([np.concatenate([group.ravel() for group in groups]) for groups in drawn])

    alike = np.corrcoef(cells.T)

    np.fill_diagonal(alike, 0)
    assert abs(alike).max() < SURE / np.sqrt(times)


def test_the_counts_that_open_the_gate_have_noise_of_their_own() -> None:
    counts = np.array([add_noise_to_counts([1_000, 50]) for _ in range(1_000)])

    for noise in (counts - np.array([1_000, 50])).T:
        assert_noise(noise, budget.GATE.sigma)
    assert abs(np.corrcoef(counts.T)[0, 1]) < SURE / np.sqrt(len(counts))


def test_a_flag_that_is_not_taken_has_no_noise() -> None:
    """Else there would be sums of nobody that have to be kept, and published."""
    drawn = add_noise(CORE, Sums.zeros(CORE), ["without_breasts"])

    for group in drawn.groups.values():
        assert not group[0].any()
        assert group[1].any()
