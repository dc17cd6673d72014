"""Errors of editions relative to the population of contributors: `python -m tests.opendata.accuracy`.

The contributors are realistic: nine in ten have one flag, half of the values are missing, two
measurements are rare, and the population differs from the codebook's.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from dressform.opendata import sums
from dressform.opendata.codebook import CORE, FLAGS, SMALL, Codebook
from dressform.opendata.draws import CombinedDraws, Draw, combine
from dressform.opendata.noise import add_noise
from dressform.opendata.population import Group, estimate_groups
from dressform.opendata.quality import Quality, assess_quality
from dressform.opendata.years import draw_date
from tests.opendata.population import NAMES, draw_civilians, draw_people, remove_values

Floats = NDArray[np.float64]
Population = Callable[..., Floats]

POPULATIONS: dict[str, Population] = {"soldiers": draw_people, "civilians": draw_civilians}

_TRUTH_SIZE = 200_000
_CASES = (
    (SMALL, (500, 500)),
    (SMALL, (1_000, 1_000)),
    (CORE, (2_000, 2_000)),
    (CORE, (5_000, 5_000)),
    (CORE, (18_000, 2_000)),
    (CORE, (20_000, 20_000)),
)


@dataclass(frozen=True)
class Truth:
    """The statistics of a population, from a sample so large that its error is negligible."""

    values: Floats

    def select(self, names: Sequence[str]) -> "Truth":
        return Truth(self.values[:, [NAMES.index(name) for name in names]])

    def quantile(self, share: float) -> Floats:
        return np.asarray(np.quantile(self.values, share, axis=0))

    @property
    def correlations(self) -> Floats:
        return np.asarray(np.corrcoef(self.values.T))


@cache
def get_truth(population: str, flag: str) -> Truth:
    return Truth(POPULATIONS[population](_TRUTH_SIZE, flag=flag, seed=12345))


def draw_contributions(population: str, flag: str, number: int, seed: int) -> Floats:
    """Draw the contributions of so many people of a flag, with missing values."""
    values = POPULATIONS[population](number, flag=flag, seed=seed)
    return remove_values(values, seed)


def simulate_draw(
    codebook: Codebook, population: str, numbers: tuple[int, int], seed: int
) -> CombinedDraws:
    """Simulate a draw with so many contributors of each flag."""
    flags = np.repeat(np.arange(len(FLAGS)), numbers)
    values = np.vstack(
        [
            draw_contributions(population, flag, number, 2 * seed + place)
            for place, (flag, number) in enumerate(zip(FLAGS, numbers, strict=True))
        ]
    )
    columns = values[:, [NAMES.index(name) for name in codebook.names]]
    exact = sums.compute_sums(codebook, flags, columns, np.random.default_rng(seed))
    taken = tuple(flag for flag, number in zip(FLAGS, numbers, strict=True) if number)
    made = add_noise(codebook, exact, taken)
    return combine([Draw(2027, codebook, made, sum(numbers), draw_date(2027), taken)])


@dataclass(frozen=True)
class Errors:
    """The mean errors over the shown measurements: quantiles in mm, and correlations."""

    median: float
    percentiles: float
    correlations: float

    @classmethod
    def measure(cls, group: Group, population: str) -> "Errors":
        true = get_truth(population, group.flag).select(group.names)
        off = {
            share: np.mean(
                [
                    abs(float(density.quantile(np.array([share]))[0]) - at)
                    for density, at in zip(
                        group.densities.values(), true.quantile(share), strict=True
                    )
                ]
            )
            for share in (0.5, 0.05, 0.95)
        }
        above = np.triu_indices(len(group.names), 1)
        return cls(
            float(off[0.5]),
            float((off[0.05] + off[0.95]) / 2),
            float(np.abs(group.correlations - true.correlations)[above].mean()),
        )


def measure_errors(
    codebook: Codebook, population: str, numbers: tuple[int, int], seed: int
) -> list[tuple[Errors, Quality]]:
    """Return the errors of each flag beside those that the edition expects."""
    made = simulate_draw(codebook, population, numbers, seed)
    found = estimate_groups(made)
    expected = {each.flag: each for each in assess_quality(made, found)}
    return [(Errors.measure(group, population), expected[flag]) for flag, group in found.items()]


def _format_lines(
    codebook: Codebook, population: str, numbers: tuple[int, int], rounds: int
) -> list[str]:
    found = [measure_errors(codebook, population, numbers, seed) for seed in range(rounds)]
    lines = []
    for place, flag in enumerate(FLAGS):
        each = [of[place] for of in found]
        really = np.mean([[e.median, e.percentiles, e.correlations] for e, _ in each], axis=0)
        said = [[q.median_mm, q.percentiles_mm, q.correlations] for _, q in each]
        expected = np.mean(np.array(said, float), axis=0)
        told = np.mean([q.measurements for _, q in each])
        cells = (
            f"{codebook.name}, {population}",
            f"{numbers[place]:,} {flag.replace('_', ' ')}",
            f"{told:.0f}",
            f"{really[0]:.1f} mm ({expected[0]:.1f})",
            f"{really[1]:.1f} mm ({expected[1]:.1f})",
            f"{really[2]:.3f} ({expected[2]:.3f})",
        )
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def main(rounds: int) -> None:
    """Print the table of the documentation, with expected errors in brackets."""
    heads = ("people of", "contributors", "told", "median", "5th and 95th", "correlations")
    print("| " + " | ".join(heads) + " |")  # noqa: T201
    print("| --- " * len(heads) + "|")  # noqa: T201
    for codebook, numbers in _CASES:
        for population in POPULATIONS:
            print("\n".join(_format_lines(codebook, population, numbers, rounds)), flush=True)  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 5)
