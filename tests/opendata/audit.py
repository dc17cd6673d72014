"""An attack that no better one can beat: who knows everything but whether one body is in.

The release is made again and again, with the body and without; how far the two can be told apart is
measured, and compared with the guarantee. `python -m tests.opendata.audit 20000` does it with the
whole codebook of 20 measurements.
"""

import math
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
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
    middle = _middle(crowd, runs, times)
    with_it, without = (
        _hits(crowd, middle, runs, planted=planted, times=times) for planted in (True, False)
    )
    return _measured(with_it, without, runs)


def _middle(crowd: Crowd, runs: int, times: int = 1) -> float:
    """Above it the attacker says that the body is in the release: found by releases of their own."""
    score = _score(crowd, times)
    tuning = range(max(runs // 20, 200))
    scores = [score(crowd.released(planted=bool(n % 2), times=times)) for n in tuning]
    return float(np.mean(scores))


def _hits(crowd: Crowd, middle: float, runs: int, *, planted: bool, times: int = 1) -> int:
    score = _score(crowd, times)
    return sum(
        bool(score(crowd.released(planted=planted, times=times)) > middle) for _ in range(runs)
    )


def _measured(with_it: int, without: int, runs: int) -> tuple[float, float, float]:
    low, high = clopper_pearson(with_it, runs)
    least_false, most_false = clopper_pearson(without, runs)
    return _mu(low, most_false), _mu(with_it / runs, without / runs), _mu(high, least_false)


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


def _hits_of_core(middle: float, runs: int, planted: bool) -> int:  # noqa: FBT001  for a pool
    return _hits(Crowd.of(CORE), middle, runs, planted=planted)


def main(runs: int) -> None:
    """Half of the releases in each of two processes: as many without the body as with it."""
    middle = _middle(Crowd.of(CORE), runs)
    # Not forked: what draws noise must not be in the same state twice.
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        without, with_it = pool.map(_hits_of_core, (middle, middle), (runs, runs), (False, True))
    least, about, most = _measured(with_it, without, runs)
    found = f"mu {about:.3f} ({least:.3f} to {most:.3f}), stated {budget.mu():.4f}"
    print(f"{runs} runs with and without: {found}")  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]))
