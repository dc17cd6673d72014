"""Releases of the same simulated people by usual methods, and as an edition."""

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
    """Public rows (n, 21) with the columns of COLUMNS: `breasts` as 0 or 1, then whole mm.

    `coarse` has the columns whose values are those of a group of people.
    """

    rows: Floats
    coarse: tuple[int, ...] = ()

    @property
    def kept(self) -> Integers:
        """Return the columns with values of single people."""
        return np.array([at for at in range(len(COLUMNS)) if at not in self.coarse])


def sample(number: int, seed: int) -> Floats:
    """Draw people of both flags. Samples of different seeds are independent."""
    flags, values = draw_both_flags(number, seed)
    return np.column_stack([flags == 0, values]).astype(np.float64)


def release_without_names(people: Floats) -> Release:
    """Release the rows without names, in whole centimetres."""
    return Release(shuffle(round_to_centimetres(people)))


def round_to_centimetres(people: Floats) -> Floats:
    return np.column_stack([people[:, 0], np.rint(people[:, 1:] / 10) * 10])


def shuffle(rows: Floats) -> Floats:
    """Shuffle the rows, so that their order tells nothing."""
    return np.asarray(np.random.default_rng().permutation(rows))


def release_k_anonymous(people: Floats) -> Release:
    """Release rows with K-anonymous quasi-identifiers and unchanged other columns."""
    rows = people.copy()
    for group in _iter_groups(people, np.arange(len(people))):
        cells = group[:, None], QUASI_IDENTIFIERS
        rows[cells] = np.rint(people[cells].mean(axis=0))
    return Release(shuffle(rows), coarse=QUASI_IDENTIFIERS)


def _iter_groups(people: Floats, those: Integers) -> Iterator[Integers]:
    """Split by Mondrian (LeFevre, DeWitt and Ramakrishnan, 2006) until a part has under 2 K people."""
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
    """Release the synthetic records of an edition, with all steps of a real one."""
    flags = np.where(people[:, 0] == 1, 0, 1)
    exact = sums.compute_sums(CORE, flags, people[:, 1:], np.random.default_rng())
    at = datetime(2027, 3, 1, tzinfo=UTC)
    draw = Draw(2027, CORE, noise.add_noise(CORE, exact), len(people), at)
    made_up = next(each for each in edition.build_tables(combine([draw])) if each.name == "people")
    assert tuple(field.name for field in made_up.fields) == ("id", *COLUMNS)
    return Release(np.array(made_up.rows, np.float64)[:, 1:])
