"""What an account's part in the dataset can ever tell, and which sum may spend how much of it.

The measure is rho of zero-concentrated differential privacy (Bun and Steinke, 2016): it adds up
over all that is ever released of an account. The neighbours are all accounts with and without one.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

from dressform.opendata.codebook import Codebook

RHO = 0.0676
"""Of an account, for its life."""

GATE_RHO = 0.0001
"""Of the count that decides whether there are enough."""

MAX_COUNTS = 10
"""How many times an account is counted; it may still give afterwards, as that is in its budget."""

QUANTIZATION_STEPS = 16
"""Steps a scale: the second moments are sums of whole numbers."""

_FLAGS, _HISTOGRAMS, _PAIRS, _PRODUCTS = 0.0006, 0.034, 0.004, 0.028

_NORMAL = NormalDist()
_PRECISION = 1e-6


@dataclass(frozen=True, slots=True)
class BudgetShare:
    """A group of sums: how far one account moves it at most (L2), and what of rho it spends."""

    sensitivity: float
    rho: float

    @property
    def sigma(self) -> float:
        """The standard deviation of the noise: rho = sensitivity² / (2 sigma²)."""
        return self.sensitivity / math.sqrt(2 * self.rho)


GATE = BudgetShare(1.0, GATE_RHO)


def list_shares(codebook: Codebook) -> dict[str, BudgetShare]:
    """By the names of the sums.

    An account gives `most` values: 1 in as many histograms, 1 for every two of them, and products
    whose norm is that of all pairs of a vector: at most half the fourth power of its length.
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
    """The same guarantee as Gaussian differential privacy (Dong, Roth and Su, 2022).

    Of continuous noise; discrete noise on a single sum can exceed it by 1/(24 sigma²) of it, all sums
    together in no digit that is stated.
    """
    return math.sqrt(2 * rho)


def delta(epsilon: float, rho: float = RHO) -> float:
    """The least delta for that epsilon, of Gaussian noise (Balle and Wang, 2018)."""
    m = mu(rho)
    return _NORMAL.cdf(m / 2 - epsilon / m) - math.exp(epsilon) * _NORMAL.cdf(-m / 2 - epsilon / m)


def epsilon(delta_: float, rho: float = RHO) -> float:
    """The least epsilon for that delta, to a millionth."""
    low, high = 0.0, 50.0
    while high - low > _PRECISION:
        middle = (low + high) / 2
        low, high = (middle, high) if delta(middle, rho) > delta_ else (low, middle)
    return high


def round_up(value: float, digits: int) -> float:
    """Rounded up: what is promised holds with every digit that is said."""
    steps: int = 10**digits
    return math.ceil(steps * value) / steps


def advantage(rho: float = RHO) -> float:
    """True alarms less false alarms of the best test of whether an account took part: 0 to 1."""
    return 2 * _NORMAL.cdf(mu(rho) / 2) - 1
