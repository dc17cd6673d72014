"""The privacy budget of an account, and its distribution over the sums.

The unit is rho of zero-concentrated differential privacy (Bun and Steinke, 2016), which adds up over
all releases about an account. Neighbouring data sets differ by one whole account.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

from dressform.opendata.codebook import Codebook

RHO = 0.0676
"""The budget of an account for its whole life."""

GATE_RHO = 0.0001
"""The cost of one count that decides whether enough accounts contribute."""

MAX_COUNTS = 10
"""The largest number of counts of an account. RHO includes their cost."""

QUANTIZATION_STEPS = 16
"""Quantization steps per scale, since second moments are sums of integers."""

_FLAGS, _HISTOGRAMS, _PAIRS, _PRODUCTS = 0.0006, 0.034, 0.004, 0.028

_NORMAL = NormalDist()
_PRECISION = 1e-6


@dataclass(frozen=True, slots=True)
class BudgetShare:
    """The budget of a group of sums: its L2 sensitivity to one account, and its rho."""

    sensitivity: float
    rho: float

    @property
    def sigma(self) -> float:
        """Return the standard deviation of the noise: rho = sensitivity² / (2 sigma²)."""
        return self.sensitivity / math.sqrt(2 * self.rho)


GATE = BudgetShare(1.0, GATE_RHO)


def list_shares(codebook: Codebook) -> dict[str, BudgetShare]:
    """Return the shares by the names of the sums.

    An account contributes at most `max_values` values. Each adds 1 to a histogram, and each pair adds
    1 to a pair count. The squared norm of all pairwise products of a vector is at most half the fourth
    power of its length.
    """
    most = codebook.max_values
    length = codebook.norm * QUANTIZATION_STEPS
    return {
        "flags": BudgetShare(1.0, _FLAGS),
        "histograms": BudgetShare(math.sqrt(most), _HISTOGRAMS),
        "pair_counts": BudgetShare(math.sqrt(most * (most - 1) / 2), _PAIRS),
        "second_moments": BudgetShare(length**2 * math.sqrt((1 - 1 / most) / 2), _PRODUCTS),
    }


def mu(rho: float = RHO) -> float:
    """Return the mu of the same guarantee in Gaussian differential privacy (Dong, Roth and Su, 2022).

    It is exact for continuous noise. Discrete noise on one sum can exceed it by the factor
    1/(24 sigma²), which over all sums changes none of the stated digits.
    """
    return math.sqrt(2 * rho)


def delta(epsilon: float, rho: float = RHO) -> float:
    """Return the smallest delta for an epsilon, with Gaussian noise (Balle and Wang, 2018)."""
    m = mu(rho)
    return _NORMAL.cdf(m / 2 - epsilon / m) - math.exp(epsilon) * _NORMAL.cdf(-m / 2 - epsilon / m)


def epsilon(delta_: float, rho: float = RHO) -> float:
    """Return the smallest epsilon for a delta, to a precision of 1e-6."""
    low, high = 0.0, 50.0
    while high - low > _PRECISION:
        middle = (low + high) / 2
        low, high = (middle, high) if delta(middle, rho) > delta_ else (low, middle)
    return high


def round_up(value: float, digits: int) -> float:
    """Round a stated guarantee up, so that the rounded value still holds."""
    steps: int = 10**digits
    return math.ceil(steps * value) / steps


def advantage(rho: float = RHO) -> float:
    """Return the advantage of the best membership test: true minus false positive rate, 0 to 1."""
    return 2 * _NORMAL.cdf(mu(rho) / 2) - 1
