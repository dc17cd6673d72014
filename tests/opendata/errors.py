"""How far an edition is from the population that its contributors come from: `python -m …errors`."""

import sys
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from dressform.opendata import sums
from dressform.opendata.codebook import CORE
from dressform.opendata.draws import Draw, together
from dressform.opendata.noise import noisy
from dressform.opendata.population import Group, groups
from dressform.opendata.years import day_of
from tests.opendata.population import both, people

Floats = NDArray[np.float64]

_MANY = 400_000
_SIZES = (2_000, 5_000, 20_000, 100_000)
_ABOVE = np.triu_indices(len(CORE.items), 1)
_HIPS, _WAIST = CORE.names.index("hips"), CORE.names.index("waist")


@dataclass(frozen=True)
class Truth:
    """Of so many simulated people that chance plays no part."""

    values: Floats

    def quantile(self, share: float) -> Floats:
        return np.asarray(np.quantile(self.values, share, axis=0))

    @property
    def correlations(self) -> Floats:
        return np.asarray(np.corrcoef(self.values.T))

    @property
    def hips_on_waist(self) -> float:
        covariance = np.cov(self.values[:, _HIPS], self.values[:, _WAIST])
        return float(covariance[0, 1] / covariance[1, 1])


@cache
def truth(flag: str) -> Truth:
    return Truth(people(_MANY, flag=flag, seed=12345))


def found_in(number: int, seed: int) -> dict[str, Group]:
    """What an edition of so many contributors says, half of each flag, each with all 20."""
    flags, values = both(number, seed)
    exact = sums.of(CORE, flags, values, np.random.default_rng(seed))
    return groups(together([Draw(2027, CORE, noisy(CORE, exact), number, day_of(2027))]))


def _errors(group: Group) -> list[float]:
    """Mean over the measurements: median, 5th and 95th percentile in mm, correlation; the slope."""
    true = truth(group.flag)
    off = [
        np.mean(
            [
                abs(float(density.quantile(np.array([share]))[0]) - at)
                for density, at in zip(group.densities.values(), true.quantile(share), strict=True)
            ]
        )
        for share in (0.5, 0.05, 0.95)
    ]
    correlation = np.abs(group.correlations - true.correlations)[_ABOVE].mean()
    hips, waist = group.densities["hips"].deviation, group.densities["waist"].deviation
    slope = float(group.correlations[_HIPS, _WAIST]) * hips / waist
    return [*map(float, off), float(correlation), abs(slope - true.hips_on_waist)]


def main(rounds: int) -> None:
    """The table of the documents."""
    heads = ("contributors", "median", "5th", "95th", "correlation", "hips on waist")
    lines = ["| " + " | ".join(heads) + " |", "| ---: " * len(heads) + "|"]
    for number in _SIZES:
        found = [
            _errors(group) for seed in range(rounds) for group in found_in(number, seed).values()
        ]
        median, low, high, correlation, slope = np.mean(found, axis=0)
        lines.append(
            f"| {number:,} | {median:.1f} mm | {low:.1f} mm | {high:.1f} mm | {correlation:.3f} "
            f"| {slope:.3f} |"
        )
    print("\n".join(lines))  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 10)
