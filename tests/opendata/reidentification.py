"""Attacks on released rows, each with its number of successes.

Singling out, linkability and inference are the three risks in the opinion of the Article 29 Working
Party on anonymisation (05/2014). Membership inference is a fourth. The attacker has the release and
knows which columns are coarse.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tests.opendata.privacy_audit import clopper_pearson
from tests.opendata.releases import COLUMNS, Floats, Integers, Release, sample

PREDICATES = 5_000
_COLUMNS_PER_PREDICATE = 6
_TOLERANCE_MM = 5
_INFERENCE_TOLERANCE_MM = 10
_SECRET = COLUMNS.index("chest")
_BATCH = 1_000


@dataclass(frozen=True)
class Hits:
    """The successes of an attack out of `of` trials; `bounds` fail once in 40,000 on each side."""

    hits: int
    of: int

    @property
    def rate(self) -> float:
        return self.hits / self.of

    @cached_property
    def bounds(self) -> tuple[float, float]:
        return clopper_pearson(self.hits, self.of)

    def beats(self, other: "Hits") -> bool:
        """Return whether the rate is significantly higher: by chance, less than once in 10^8 times."""
        return self.bounds[0] > other.bounds[1]


def single_out(release: Release, people: Floats) -> Hits:
    """Count predicates of six measurements, to 5 mm, that match one row and one person."""
    random = np.random.default_rng(1)
    rows, columns = release.rows.T.copy(), people.T.copy()
    hits = 0
    for _ in range(PREDICATES):
        asked = random.choice(release.kept, _COLUMNS_PER_PREDICATE, replace=False)
        near = release.rows[random.integers(len(release.rows)), asked]
        hits += _count_matching(rows, asked, near) == 1 == _count_matching(columns, asked, near)
    return Hits(hits, PREDICATES)


def _count_matching(columns: Floats, asked: Integers, near: Floats) -> int:
    return int((np.abs(columns[asked] - near[:, None]) <= _TOLERANCE_MM).all(axis=0).sum())


def link_halves(release: Release, people: Floats) -> Hits:
    """Count the people whose halves of columns are closest to the halves of the same row."""
    halves = (release.kept[::2], release.kept[1::2])
    first, second = (_find_nearest(release.rows[:, half], people[:, half])[0] for half in halves)
    return Hits(int((first == second).sum()), len(people))


def infer_chest(release: Release, people: Floats) -> Hits:
    """Count the people whose chest is, to 10 mm, that of the row closest in all other columns."""
    known = release.kept[release.kept != _SECRET]
    nearest, _ = _find_nearest(release.rows[:, known], people[:, known])
    off = np.abs(release.rows[nearest, _SECRET] - people[:, _SECRET])
    return Hits(int((off <= _INFERENCE_TOLERANCE_MM).sum()), len(people))


def infer_membership(release: Release, people: Floats) -> Hits:
    """Count the people closer to a row than 19 of 20 people outside of the release."""
    close = np.quantile(closest_distances(release, sample(5_000, seed=99)), 0.05)
    return Hits(int((closest_distances(release, people) < close).sum()), len(people))


def closest_distances(release: Release, people: Floats) -> Floats:
    """Return each person's distance to the closest row of the release."""
    return _find_nearest(release.rows[:, release.kept], people[:, release.kept])[1]


def area_under_curve(closer: Floats, farther: Floats) -> float:
    """Return the probability that a value of `closer` is below one of `farther`; by chance 0.5."""
    among = np.sort(farther)
    least, most = np.searchsorted(among, closer, "left"), np.searchsorted(among, closer, "right")
    return float(1 - (least + most).mean() / (2 * len(among)))


def _find_nearest(rows: Floats, people: Floats) -> tuple[Integers, Floats]:
    """Return the closest row of each person and its distance, in standardized columns."""
    deviations = rows.std(axis=0)
    rows, people = rows / deviations, people / deviations
    found = [
        _find_nearest_in_batch(rows, some)
        for some in np.array_split(people, -(-len(people) // _BATCH))
    ]
    places, far = zip(*found, strict=True)
    return np.concatenate(places), np.concatenate(far)


def _find_nearest_in_batch(rows: Floats, people: Floats) -> tuple[Integers, Floats]:
    squares = (rows**2).sum(axis=1) - 2 * people @ rows.T
    places = squares.argmin(axis=1)
    return places, np.sqrt(((people - rows[places]) ** 2).sum(axis=1))


ATTACKS: Mapping[str, Callable[[Release, Floats], Hits]] = {
    "singling out": single_out,
    "linking": link_halves,
    "inferring": infer_chest,
    "membership": infer_membership,
}
