"""An audit of the privacy guarantee by the optimal membership attack.

The attacker knows everything except whether one body is included. Many releases are made with the body
and without it; the measured distinguishability is compared with the guarantee. `python -m
tests.opendata.privacy_audit 20000` uses the offered codebooks with 8 and with 20 measurements.

A release has separate sums per flag, so that each complete flag is attacked independently.
"""

import math
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import repeat
from multiprocessing import get_context
from statistics import NormalDist

import numpy as np

from dressform.opendata import budget, noise, sums
from dressform.opendata.codebook import CODEBOOKS, CORE, FLAGS, SMALL, Codebook, Item
from dressform.opendata.sums import Floats, Integers, Sums

NORMAL = NormalDist()

TINY = Codebook(
    name="tiny",
    items=tuple(
        Item(
            name=name,
            unit="mm",
            lowest=0,
            width=100,
            bins=2,
            centre=dict.fromkeys(FLAGS, 100),
            scale=dict.fromkeys(FLAGS, 10),
            source="",
        )
        for name in "abcde"
    ),
    max_values=5,
    gate=0,
    norm=4,
    version="0",
)
"""A codebook small enough for tens of thousands of releases in a test."""


OTHERS = 20
"""The number of other people of each flag."""

Release = tuple[Sums, Integers]
"""The output of a draw: the noisy sums, and the noisy counts per flag."""


@dataclass(frozen=True)
class Crowd:
    """The other people, and the planted body, whose values exceed all bounds."""

    codebook: Codebook
    flags: Integers
    values: Floats
    planted: Floats
    times: int = 1

    @classmethod
    def from_codebook(cls, codebook: Codebook, *, far: float = 1000.0, times: int = 1) -> "Crowd":
        draw = np.random.default_rng(1)
        flags = np.repeat(np.arange(len(FLAGS)), OTHERS)
        centre = np.array([item.centre["with_breasts"] for item in codebook.items])
        values = np.rint(centre + draw.normal(0, 20, (len(flags), len(centre))))
        return cls(codebook, flags, values, centre + far, times)

    @property
    def attacked_flags(self) -> list[int]:
        """Return the indices of flags with all measurements; a body with fewer is better protected."""
        return [
            place
            for place, flag in enumerate(FLAGS)
            if all(flag in item.centre for item in self.codebook.items)
        ]

    def compute_sums(self, *, planted: bool) -> tuple[Sums, Integers]:
        """Return exact sums and counts per flag, with or without a body in each attacked flag."""
        more = np.repeat(self.attacked_flags, self.times if planted else 0)
        flags = np.concatenate([self.flags, more])
        values = np.vstack([self.values, *[self.planted[None]] * len(more)])
        return sums.compute_sums(
            self.codebook, flags, values, np.random.default_rng()
        ), np.bincount(flags, minlength=len(FLAGS))

    def release(self, *, planted: bool) -> Release:
        exact, count = self.compute_sums(planted=planted)
        return noise.add_noise(self.codebook, exact), np.array(
            noise.add_noise_to_counts(count.tolist())
        )


def _build_score(crowd: Crowd) -> Callable[[Release], Floats]:
    """Return the log-likelihood ratio score of a release, one per attacked flag.

    Each flag has its own count and sums, so that the attacks are independent.
    """
    without, counts_without = crowd.compute_sums(planted=False)
    with_it, _ = crowd.compute_sums(planted=True)
    places = crowd.attacked_flags
    # The attacker knows the program, and so the noise parameters.
    sigmas = {name: share.sigma for name, share in budget.list_shares(crowd.codebook).items()}
    sides = {
        name: (group - without.groups[name]).astype(float) / sigmas[name] ** 2
        for name, group in with_it.groups.items()
    }
    gate = crowd.times / budget.GATE.sigma**2

    def score(release: Release) -> Floats:
        noisy, counts = release
        found = gate * (counts - counts_without)[places].astype(float)
        for name, side in sides.items():
            products = (noisy.groups[name] - without.groups[name]) * side
            found += products.reshape(len(FLAGS), -1).sum(axis=1)[places]
        return found

    return score


def measure_mu(crowd: Crowd, releases: int) -> tuple[float, float, float]:
    """Return mu as measured: a lower bound, an estimate and an upper bound (99.99 % confidence)."""
    middle = _find_threshold(crowd, releases)
    with_it, without = (
        _count_hits(crowd, middle, releases, planted=planted) for planted in (True, False)
    )
    return _bound_mu(with_it, without, releases * len(crowd.attacked_flags))


def _find_threshold(crowd: Crowd, releases: int) -> float:
    """Return the score above which the attacker decides for membership, from separate releases."""
    tuning = max(releases // 40, 100)
    scores = [_score_releases(crowd, tuning, planted=planted) for planted in (False, True)]
    return float(np.mean(scores))


def _count_hits(crowd: Crowd, middle: float, releases: int, *, planted: bool) -> int:
    return int((_score_releases(crowd, releases, planted=planted) > middle).sum())


def _score_releases(crowd: Crowd, releases: int, *, planted: bool) -> Floats:
    score = _build_score(crowd)
    found = [score(crowd.release(planted=planted)) for _ in range(releases)]
    return np.concatenate(found)


def _bound_mu(with_it: int, without: int, runs: int) -> tuple[float, float, float]:
    low, high = clopper_pearson(with_it, runs)
    least_false, most_false = clopper_pearson(without, runs)
    return _mu(low, most_false), _mu(with_it / runs, without / runs), _mu(high, least_false)


def _mu(true_alarms: float, false_alarms: float) -> float:
    """Return the mu whose trade-off curve has these two rates (Dong, Roth and Su, 2022)."""
    edge = 1e-9
    true_alarms, false_alarms = (min(max(at, edge), 1 - edge) for at in (true_alarms, false_alarms))
    return NORMAL.inv_cdf(true_alarms) - NORMAL.inv_cdf(false_alarms)


def clopper_pearson(hits: int, runs: int, doubt: float = 2.5e-5) -> tuple[float, float]:
    """Return Clopper-Pearson bounds of a rate, which fail with probability `doubt` on each side."""

    def at_least(share: float) -> float:
        return _upper_tail(hits, runs, share)

    def at_most(share: float) -> float:
        return 1 - _upper_tail(hits + 1, runs, share)

    low = 0.0 if hits == 0 else _bisect(at_least, doubt, rising=True)
    high = 1.0 if hits == runs else _bisect(at_most, doubt, rising=False)
    return low, high


def _bisect(curve: Callable[[float], float], level: float, *, rising: bool) -> float:
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        below = (curve(middle) < level) == rising
        low, high = (middle, high) if below else (low, middle)
    return (low + high) / 2


def _upper_tail(hits: int, runs: int, share: float) -> float:
    """Return the binomial probability of so many hits or more."""
    if share in (0.0, 1.0):
        return share
    k = np.arange(hits, runs + 1)
    logs = _log_choose(runs, k) + k * math.log(share) + (runs - k) * math.log1p(-share)
    return float(min(np.exp(logs).sum(), 1.0))


def _log_choose(runs: int, k: Integers) -> Floats:
    table = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, runs + 1)))])
    return np.asarray(table[runs] - table[k] - table[runs - k])


def _count_hits_of_codebook(key: str, middle: float, releases: int, planted: bool) -> int:  # noqa: FBT001  for a pool
    return _count_hits(Crowd.from_codebook(CODEBOOKS[key]), middle, releases, planted=planted)


def main(releases: int) -> None:
    """Run the audit in two processes, one with and one without the body."""
    for key in (SMALL.key, CORE.key):
        crowd = Crowd.from_codebook(CODEBOOKS[key])
        middle = _find_threshold(crowd, releases)
        # Spawn, since a fork would copy the state of the noise generator.
        with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
            common = repeat(key), repeat(middle), repeat(releases)
            without, with_it = pool.map(_count_hits_of_codebook, *common, (False, True))
        least, about, most = _bound_mu(with_it, without, releases * len(crowd.attacked_flags))
        found = f"mu {about:.3f} ({least:.3f} to {most:.3f}), stated {budget.mu():.4f}"
        print(f"{key}: {releases} releases with and without: {found}")  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]))
