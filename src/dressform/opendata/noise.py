"""The only source of noise: the exact discrete Gaussian mechanism of OpenDP.

It uses integers throughout, which avoids attacks on floating point noise (Mironov, 2012). Its rho is
that of the continuous mechanism (Canonne, Kamath and Steinke, 2020).
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
    """Return the publishable sums. Call this only once for the same accounts.

    Cells that can hold no contribution, and flags that are not in `flags`, stay 0 without noise.
    """
    shares = budget.list_shares(codebook)
    drawn = {name: _add_noise(group, shares[name]) for name, group in sums.groups.items()}
    return mask_not_asked(codebook, Sums(**drawn), flags)


def add_noise_to_counts(counts: Sequence[int]) -> tuple[int, ...]:
    """Return the noisy number of accounts per flag, which decides whether a flag is included.

    An account is in one of the counts, so that their joint L2 sensitivity is 1.
    """
    return tuple(_add_noise(np.array(counts), budget.GATE).tolist())


def _add_noise(group: Integers, share: BudgetShare) -> Integers:
    drawn = _mechanism(share)(group.ravel().tolist())
    return np.array(drawn, np.int64).reshape(group.shape)


def privacy_cost(share: BudgetShare) -> float:
    """Return the rho of a share as computed by OpenDP."""
    return float(_mechanism(share).map(share.sensitivity))  # type: ignore[no-untyped-call]


@cache
def _mechanism(share: BudgetShare) -> dp.Measurement:
    space = dp.vector_domain(dp.atom_domain(T="i64")), dp.l2_distance(T="f64")
    return dp.m.make_gaussian(*space, scale=share.sigma)
