"""Bodies as they come out of the seals, added up."""

import secrets
from collections.abc import Iterable, Mapping

import numpy as np

from dressform.opendata import sums
from dressform.opendata.codebook import FLAGS, Codebook
from dressform.opendata.sums import Sums


def get_flag(breasts: bool) -> str:  # noqa: FBT001  A body has it as a boolean.
    return "with_breasts" if breasts else "without_breasts"


class SumAccumulator:
    def __init__(self, codebook: Codebook) -> None:
        self._codebook = codebook
        self._random = np.random.default_rng(secrets.randbits(256))

    def of(self, bodies: Iterable[tuple[bool, Mapping[str, float]]]) -> Sums:
        """One an account: whether it has breasts, and its measurements in mm and degrees by name."""
        names = self._codebook.names
        rows = [(breasts, [*map(by.get, names)]) for breasts, by in bodies]
        if not rows:
            return Sums.zeros(self._codebook)
        flags = np.array([FLAGS.index(get_flag(breasts)) for breasts, _ in rows], np.int64)
        values = np.array([values for _, values in rows], np.float64)
        return sums.compute_sums(self._codebook, flags, values, self._random)
