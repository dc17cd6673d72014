"""The same simulated people, released in the ways that are usual, and as an edition is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from dressform.opendata import edition, noise, sums
from dressform.opendata.codebook import CORE
from dressform.opendata.draws import Draw, combine
from tests.opendata.population import NAMES, draw_both_flags

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

COLUMNS = ("breasts", *NAMES)
QUASI_IDENTIFIERS = tuple(
    COLUMNS.index(name) for name in ("breasts", "waistToFloor", "waist", "hips")
)
K = 10


@dataclass(frozen=True)
class Release:
    """What anybody can fetch: `rows` (n, 21), `breasts` as 0 or 1 and then whole mm, as in COLUMNS.

    `coarse`: the columns in which a row says something of its group only.
    """

    rows: Floats
    coarse: tuple[int, ...] = ()

    @property
    def kept(self) -> Integers:
        """The columns of a person's own."""
        return np.array([at for at in range(len(COLUMNS)) if at not in self.coarse])


def sample(number: int, seed: int) -> Floats:
    """So many people; those of two seeds have nothing to do with one another."""
    flags, values = draw_both_flags(number, seed)
    return np.column_stack([flags == 0, values]).astype(np.float64)


def release_without_names(people: Floats) -> Release:
    """All there is but for who it is, in whole centimetres."""
    return Release(shuffle(round_to_centimetres(people)))


def round_to_centimetres(people: Floats) -> Floats:
    return np.column_stack([people[:, 0], np.rint(people[:, 1:] / 10) * 10])


def shuffle(rows: Floats) -> Floats:
    """A row's place is not to tell whose it is."""
    return np.asarray(np.random.default_rng().permutation(rows))


def release_k_anonymous(people: Floats) -> Release:
    """At least K people share what one could know of them; the other columns are as they were."""
    rows = people.copy()
    for group in _iter_groups(people, np.arange(len(people))):
        cells = group[:, None], QUASI_IDENTIFIERS
        rows[cells] = np.rint(people[cells].mean(axis=0))
    return Release(shuffle(rows), coarse=QUASI_IDENTIFIERS)


def _iter_groups(people: Floats, those: Integers) -> Iterator[Integers]:
    """Mondrian (LeFevre, DeWitt and Ramakrishnan, 2006): halve the widest column while that goes."""
    spans = np.ptp(people[those], axis=0) / np.ptp(people, axis=0)
    for column in sorted(QUASI_IDENTIFIERS, key=lambda at: -spans[at]):
        values = people[those, column]
        upper = values > np.median(values)
        if min(upper.sum(), (~upper).sum()) >= K:
            yield from _iter_groups(people, those[upper])
            yield from _iter_groups(people, those[~upper])
            return
    yield those


def release_edition(people: Floats) -> Release:
    """The people of an edition, by all the steps of a real one."""
    flags = np.where(people[:, 0] == 1, 0, 1)
    exact = sums.compute_sums(CORE, flags, people[:, 1:], np.random.default_rng())
    at = datetime(2027, 3, 1, tzinfo=UTC)
    draw = Draw(2027, CORE, noise.add_noise(CORE, exact), len(people), at)
    made_up = next(each for each in edition.build_tables(combine([draw])) if each.name == "people")
    assert tuple(field.name for field in made_up.fields) == ("id", *COLUMNS)
    return Release(np.array(made_up.rows, np.float64)[:, 1:])
