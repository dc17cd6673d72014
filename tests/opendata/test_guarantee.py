"""The guarantee, measured: what is stated holds, and a release that breaks it is caught."""

import math

import numpy as np
import opendp.prelude as dp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dressform.opendata import budget, noise, sums
from dressform.opendata.budget import BudgetShare
from dressform.opendata.codebook import CODEBOOKS, CORE, FLAGS, SMALL, Codebook
from dressform.opendata.sums import Floats
from tests.opendata.privacy_audit import TINY, Crowd, measure_mu

STATED = 0.368
SOME = 2_000
MORE = 4_000
"""Releases, each of two attacks. Enough for the smallest of the faults: six times the spread of what is measured lies between."""

pytestmark = pytest.mark.timeout(300)


@pytest.mark.audit
def test_whoever_knows_all_the_others_learns_no_more_than_stated() -> None:
    least, about, most = measure_mu(Crowd.from_codebook(TINY), 20_000)

    assert least <= STATED
    # And the attack is as good as one can be: it would notice a guarantee that is broken.
    assert most >= STATED
    assert about > 0.8 * STATED


@pytest.mark.audit
def test_a_body_like_any_other_is_hidden_better() -> None:
    least, _, most = measure_mu(Crowd.from_codebook(TINY, far=5), SOME)

    assert least <= STATED
    assert most < 2 * STATED


@pytest.mark.audit
def test_half_the_noise_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    stated = budget.list_shares

    def halved(codebook: Codebook) -> dict[str, BudgetShare]:
        return {
            name: BudgetShare(each.sensitivity / 2, each.rho)
            for name, each in stated(codebook).items()
        }

    monkeypatch.setattr(budget, "list_shares", halved)
    assert measure_mu(Crowd.from_codebook(TINY), SOME)[0] > STATED


@pytest.mark.audit
def test_a_forgotten_square_root_of_how_many_are_given_is_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stated = budget.list_shares

    def as_if_one_were_given(codebook: Codebook) -> dict[str, BudgetShare]:
        shares = stated(codebook)
        return shares | {"histograms": BudgetShare(1.0, shares["histograms"].rho)}

    monkeypatch.setattr(budget, "list_shares", as_if_one_were_given)
    assert measure_mu(Crowd.from_codebook(TINY), MORE)[0] > STATED


@pytest.mark.audit
def test_an_account_counted_twice_is_caught() -> None:
    assert measure_mu(Crowd.from_codebook(TINY, times=2), SOME)[0] > STATED


@pytest.mark.audit
def test_a_value_that_is_not_clipped_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def as_far_as_it_is(codebook: Codebook, flag: str, values: Floats) -> Floats:
        return sums.quantize(codebook, flag, values)

    monkeypatch.setattr(sums, "clip_to_norm", as_far_as_it_is)
    assert measure_mu(Crowd.from_codebook(TINY), SOME)[0] > STATED


@pytest.mark.parametrize("codebook", CODEBOOKS.values(), ids=list(CODEBOOKS))
def test_opendp_comes_to_the_same_sum(codebook: Codebook) -> None:
    spent = sum(noise.privacy_cost(share) for share in budget.list_shares(codebook).values())
    spent += budget.MAX_COUNTS * noise.privacy_cost(budget.GATE)

    assert spent == pytest.approx(budget.RHO, rel=1e-9)


@pytest.mark.parametrize(("delta", "epsilon"), [(1e-6, 1.62), (1e-9, 2.10)])
def test_what_is_stated_follows_from_rho(delta: float, epsilon: float) -> None:
    assert budget.delta(epsilon) <= delta < budget.delta(epsilon - 0.01)
    assert budget.mu() <= STATED < budget.mu() + 0.001
    assert 100 * budget.advantage() <= 14.6 < 100 * budget.advantage() + 0.1


@pytest.mark.parametrize("delta", [1e-6, 1e-9])
def test_opendp_grants_no_less_for_that_rho(delta: float) -> None:
    """Its way from rho to epsilon knows nothing of Gaussians, and so comes out a little higher."""
    space = dp.vector_domain(dp.atom_domain(T="i64")), dp.l2_distance(T="f64")
    gaussian = dp.m.make_gaussian(*space, scale=1 / math.sqrt(2 * budget.RHO))
    theirs = dp.c.make_zCDP_to_approxDP(gaussian).map(1.0).epsilon(delta)  # type: ignore[no-untyped-call]

    assert budget.epsilon(delta) < theirs < 1.1 * budget.epsilon(delta)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(list(CODEBOOKS.values())),
    st.sampled_from(range(len(FLAGS))),
    st.data(),
)
def test_no_contribution_moves_a_sum_further_than_its_noise_allows(
    codebook: Codebook, flag: int, data: st.DataObject
) -> None:
    numbers = st.one_of(
        st.floats(allow_nan=True, allow_infinity=False, width=32),
        st.floats(min_value=0, max_value=3000),
        st.just(math.nan),
    )
    values = data.draw(arrays(np.float64, (1, len(codebook.items)), elements=numbers))

    found = sums.compute_sums(codebook, np.array([flag]), values, np.random.default_rng())

    for name, share in budget.list_shares(codebook).items():
        moved = math.sqrt((found.groups[name].astype(object) ** 2).sum())
        assert moved <= share.sensitivity, name


@pytest.mark.audit
def test_the_offered_codebooks_of_a_small_site_hide_a_body_too() -> None:
    """Few releases, so that it is quick: `python -m tests.opendata.privacy_audit` makes more."""
    least, _, most = measure_mu(Crowd.from_codebook(SMALL), 1_000)

    assert least <= STATED <= most


@pytest.mark.parametrize("codebook", [SMALL, CORE], ids=["small", "core"])
def test_the_bounds_are_reached_so_that_no_noise_is_wasted(codebook: Codebook) -> None:
    crowd = Crowd.from_codebook(codebook)
    found = sums.compute_sums(codebook, np.array([0]), crowd.planted[None], np.random.default_rng())

    for name, share in budget.list_shares(codebook).items():
        moved = math.sqrt((found.groups[name].astype(object) ** 2).sum())
        assert moved > 0.94 * share.sensitivity, name
