"""The one place where noise is drawn: the exact discrete Gaussian of OpenDP.

It works with whole numbers throughout, so that nothing leaks through the gaps of floating point
(Mironov, 2012); its rho is that of the continuous one (Canonne, Kamath and Steinke, 2020).
"""

from collections.abc import Collection, Sequence
from functools import cache

import numpy as np
import opendp.prelude as dp

from dressform.opendata import budget
from dressform.opendata.budget import BudgetShare
from dressform.opendata.codebook import FLAGS, Codebook
from dressform.opendata.sums import Integers, Sums, mask_not_asked

dp.enable_features("contrib")


def add_noise(codebook: Codebook, sums: Sums, flags: Collection[str] = FLAGS) -> Sums:
    """The sums as they may be published: drawn once, and never again of the same accounts.

    Noise of cells that nothing can be in is not published, so it isn't kept either; nor is that of
    other flags than those, of which nobody is in the sums.
    """
    shares = budget.list_shares(codebook)
    drawn = {name: _add_noise(group, shares[name]) for name, group in sums.groups.items()}
    return mask_not_asked(codebook, Sums(**drawn), flags)


def add_noise_to_counts(counts: Sequence[int]) -> tuple[int, ...]:
    """How many accounts there are of each flag, to tell which are enough.

    An account is in one of these counts, so it moves them all together by 1 (L2), as it would a
    single one.
    """
    return tuple(_add_noise(np.array(counts), budget.GATE).tolist())


def _add_noise(group: Integers, share: BudgetShare) -> Integers:
    drawn = _mechanism(share)(group.ravel().tolist())
    return np.array(drawn, np.int64).reshape(group.shape)


def privacy_cost(share: BudgetShare) -> float:
    """The rho that it costs, as OpenDP works it out."""
    return float(_mechanism(share).map(share.sensitivity))  # type: ignore[no-untyped-call]


@cache
def _mechanism(share: BudgetShare) -> dp.Measurement:
    space = dp.vector_domain(dp.atom_domain(T="i64")), dp.l2_distance(T="f64")
    return dp.m.make_gaussian(*space, scale=share.sigma)
