"""Attacks on released rows, each as a count of how often it comes off.

Singling out, linking and inferring are the three that the Article 29 Working Party's opinion on
anonymisation (05/2014) names; telling who took part is a fourth. Who attacks has the release and
knows which of its columns are coarse.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tests.opendata.privacy_audit import clopper_pearson
from tests.opendata.releases import COLUMNS, Floats, Integers, Release, sample

PREDICATES = 5_000
_ASKED = 6
_NEAR = 5
_CLOSE = 10
_SECRET = COLUMNS.index("chest")
_AT_ONCE = 1_000


@dataclass(frozen=True)
class Hits:
    """How often an attack came off, of so many times; its true rate, but for one in 40,000 a side."""

    hits: int
    of: int

    @property
    def rate(self) -> float:
        return self.hits / self.of

    @cached_property
    def bounds(self) -> tuple[float, float]:
        return clopper_pearson(self.hits, self.of)

    def beats(self, other: "Hits") -> bool:
        """Beyond chance: with equal rates that is seen less than once in 100 million times."""
        return self.bounds[0] > other.bounds[1]


def singled_out(release: Release, people: Floats) -> Hits:
    """How often six measurements that one row alone has, to 5 mm, are also those of one person."""
    random = np.random.default_rng(1)
    rows, columns = release.rows.T.copy(), people.T.copy()
    hits = 0
    for _ in range(PREDICATES):
        asked = random.choice(release.kept, _ASKED, replace=False)
        near = release.rows[random.integers(len(release.rows)), asked]
        hits += _having(rows, asked, near) == 1 == _having(columns, asked, near)
    return Hits(hits, PREDICATES)


def _having(columns: Floats, asked: Integers, near: Floats) -> int:
    return int((np.abs(columns[asked] - near[:, None]) <= _NEAR).all(axis=0).sum())


def linked(release: Release, people: Floats) -> Hits:
    """Two files have half of the columns each: how often a row of the release joins a person's."""
    halves = (release.kept[::2], release.kept[1::2])
    first, second = (_nearest(release.rows[:, half], people[:, half])[0] for half in halves)
    return Hits(int((first == second).sum()), len(people))


def inferred(release: Release, people: Floats) -> Hits:
    """How often the chest is, to 10 mm, that of the row which is nearest in everything else."""
    known = release.kept[release.kept != _SECRET]
    nearest, _ = _nearest(release.rows[:, known], people[:, known])
    off = np.abs(release.rows[nearest, _SECRET] - people[:, _SECRET])
    return Hits(int((off <= _CLOSE).sum()), len(people))


def taken_for_members(release: Release, people: Floats) -> Hits:
    """How often a row is closer to somebody than to 19 of 20 people known not to have taken part."""
    close = np.quantile(distances(release, sample(5_000, seed=99)), 0.05)
    return Hits(int((distances(release, people) < close).sum()), len(people))


def distances(release: Release, people: Floats) -> Floats:
    """To the closest row of the release."""
    return _nearest(release.rows[:, release.kept], people[:, release.kept])[1]


def area_under_curve(closer: Floats, farther: Floats) -> float:
    """How often one of the first is less than one of the second; a half of the time by chance."""
    among = np.sort(farther)
    least, most = np.searchsorted(among, closer, "left"), np.searchsorted(among, closer, "right")
    return float(1 - (least + most).mean() / (2 * len(among)))


def _nearest(rows: Floats, people: Floats) -> tuple[Integers, Floats]:
    """Of each the nearest row, and how far it is, where every column is as wide as the others."""
    deviations = rows.std(axis=0)
    rows, people = rows / deviations, people / deviations
    found = [
        _nearest_of(rows, some) for some in np.array_split(people, -(-len(people) // _AT_ONCE))
    ]
    places, far = zip(*found, strict=True)
    return np.concatenate(places), np.concatenate(far)


def _nearest_of(rows: Floats, people: Floats) -> tuple[Integers, Floats]:
    squares = (rows**2).sum(axis=1) - 2 * people @ rows.T
    places = squares.argmin(axis=1)
    return places, np.sqrt(((people - rows[places]) ** 2).sum(axis=1))


ATTACKS: Mapping[str, Callable[[Release, Floats], Hits]] = {
    "singling out": singled_out,
    "linking": linked,
    "inferring": inferred,
    "membership": taken_for_members,
}
