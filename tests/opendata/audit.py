"""An attack that no better one can beat: who knows everything but whether one body is in.

The release is made again and again, with the body and without; how far the two can be told apart is
measured, and compared with the guarantee. `python -m tests.opendata.audit 20000` does it with the
whole codebook of 20 measurements.
"""

import math
import sys
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from dressform.opendata import budget, noise, sums
from dressform.opendata.codebook import CORE, Codebook, Item
from dressform.opendata.sums import Floats, Integers, Sums

NORMAL = NormalDist()

SMALL = Codebook(
    name="small",
    items=tuple(
        Item(
            name=name,
            unit="mm",
            lowest=0,
            width=100,
            bins=2,
            centre={"with_breasts": 100},
            scale={"with_breasts": 10},
            source="",
        )
        for name in "abcde"
    ),
    most=5,
    gate=0,
    norm=4,
)
"""Small enough to be released tens of thousands of times in a test."""


@dataclass(frozen=True)
class Crowd:
    """Everybody else, and the body that is planted or not; values beyond all bounds."""

    codebook: Codebook
    flags: Integers
    values: Floats
    planted: Floats

    @classmethod
    def of(cls, codebook: Codebook, *, far: float = 1000.0) -> "Crowd":
        draw = np.random.default_rng(1)
        centre = np.array([item.centre["with_breasts"] for item in codebook.items])
        values = np.rint(centre + draw.normal(0, 20, (20, len(centre))))
        return cls(codebook, np.zeros(20, np.int64), values, centre + far)

    def released(self, *, planted: bool, times: int = 1) -> tuple[Sums, int]:
        """All that comes out of a draw: the noisy sums, and the noisy count that opens the gate."""
        rows = [self.values, *[self.planted[None]] * (times if planted else 0)]
        values = np.vstack(rows)
        flags = np.zeros(len(values), np.int64)
        exact = sums.of(self.codebook, flags, values, np.random.default_rng())
        return noise.noisy(self.codebook, exact), noise.noisy_count(len(values))


def _score(crowd: Crowd, times: int) -> Callable[[tuple[Sums, int]], float]:
    """What the attacker works out of a release: higher when the body is more likely in it."""
    without = _exact(crowd, crowd.values)
    with_it = _exact(crowd, np.vstack([crowd.values, *[crowd.planted[None]] * times]))
    # Who attacks has read the program.
    sigmas = {name: share.sigma for name, share in budget.shares(crowd.codebook).items()}
    sides = {
        name: (group - without.groups[name]).astype(float) / sigmas[name] ** 2
        for name, group in with_it.groups.items()
    }
    gate = times / budget.GATE.sigma**2

    def score(release: tuple[Sums, int]) -> float:
        noisy, count = release
        found = sum(
            float(((noisy.groups[name] - without.groups[name]) * side).sum())
            for name, side in sides.items()
        )
        return found + gate * (count - len(crowd.values))

    return score


def _exact(crowd: Crowd, values: Floats) -> Sums:
    flags = np.zeros(len(values), np.int64)
    return sums.of(crowd.codebook, flags, values, np.random.default_rng(0))


def told_apart(crowd: Crowd, runs: int, *, times: int = 1) -> tuple[float, float, float]:
    """mu as it was measured: at least (with one doubt in ten thousand), about, and at most."""
    score = _score(crowd, times)
    tuning = max(runs // 20, 200)
    middle = np.mean(
        [score(crowd.released(planted=bool(n % 2), times=times)) for n in range(tuning)]
    )
    hits = [
        sum(bool(score(crowd.released(planted=planted, times=times)) > middle) for _ in range(runs))
        for planted in (True, False)
    ]
    low, high = clopper_pearson(hits[0], runs)
    least_false, most_false = clopper_pearson(hits[1], runs)
    return (
        _mu(low, most_false),
        _mu(hits[0] / runs, hits[1] / runs),
        _mu(high, least_false),
    )


def _mu(true_alarms: float, false_alarms: float) -> float:
    """Dong, Roth and Su (2022): the mu at which these two rates lie on the curve."""
    edge = 1e-9
    true_alarms, false_alarms = (min(max(at, edge), 1 - edge) for at in (true_alarms, false_alarms))
    return NORMAL.inv_cdf(true_alarms) - NORMAL.inv_cdf(false_alarms)


def clopper_pearson(hits: int, runs: int, doubt: float = 2.5e-5) -> tuple[float, float]:
    """Bounds that hold but for one in 40,000 on each side, from the binomial tails themselves."""

    def at_least(share: float) -> float:
        return _tail(hits, runs, share)

    def at_most(share: float) -> float:
        return 1 - _tail(hits + 1, runs, share)

    low = 0.0 if hits == 0 else _where(at_least, doubt, rising=True)
    high = 1.0 if hits == runs else _where(at_most, doubt, rising=False)
    return low, high


def _where(curve: Callable[[float], float], level: float, *, rising: bool) -> float:
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        below = (curve(middle) < level) == rising
        low, high = (middle, high) if below else (low, middle)
    return (low + high) / 2


def _tail(hits: int, runs: int, share: float) -> float:
    """How likely it is to have so many or more."""
    if share in (0.0, 1.0):
        return share
    k = np.arange(hits, runs + 1)
    logs = _log_choose(runs, k) + k * math.log(share) + (runs - k) * math.log1p(-share)
    return float(min(np.exp(logs).sum(), 1.0))


def _log_choose(runs: int, k: Integers) -> Floats:
    table = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, runs + 1)))])
    return np.asarray(table[runs] - table[k] - table[runs - k])


def main(runs: int) -> None:
    least, about, most = told_apart(Crowd.of(CORE), runs)
    found = f"mu {about:.3f} ({least:.3f} to {most:.3f}), stated {budget.mu():.4f}"
    print(f"{runs} runs with and without: {found}")  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]))
