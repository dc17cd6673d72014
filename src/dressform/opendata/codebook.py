"""The codebook: which values a contribution may have, fixed before the first contribution.

Nothing here comes from members' data. The centres and scales in `codebook.json` come from published
anthropometry or from FreeSewing's estimates, as the file says for each.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from dressform.sewing.data import load_json

FLAGS = ("with_breasts", "without_breasts")
"""The two groups of contributions. Each sum is computed per flag."""


@dataclass(frozen=True, slots=True)
class Item:
    """A measurement in whole mm or degrees.

    Its histogram begins at `lowest` and has `bins` bins of `width`; values outside count in the first
    or last bin. `centre` and `scale` are by the flag; a flag without them does not have the measurement.
    """

    name: str
    unit: str
    lowest: int
    width: int
    bins: int
    centre: Mapping[str, int]
    scale: Mapping[str, int]
    source: str

    @property
    def highest(self) -> int:
        """Return the exclusive upper end of the histogram."""
        return self.lowest + self.width * self.bins

    @property
    def edges(self) -> range:
        """Return the lower edges of all bins, and the upper edge of the last one."""
        return range(self.lowest, self.highest + 1, self.width)


@dataclass(frozen=True, slots=True)
class Codebook:
    """The measurements of an edition.

    `max_values` is the number of values that one account contributes at most, `gate` the number of
    accounts that a draw needs. `norm` limits the length of a body's vector in the second moments, in
    scales from the centre.
    """

    name: str
    items: tuple[Item, ...]
    max_values: int
    gate: int
    norm: int
    version: str

    @property
    def key(self) -> str:
        """Return the unique name of this version, by which a draw refers to it."""
        return f"{self.name}-{self.version}"

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(item.name for item in self.items)

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Return all pairs of names, in the order of the sums over pairs."""
        names = self.names
        return tuple((a, b) for i, a in enumerate(names) for b in names[i + 1 :])


def _parse_item(fact: Mapping[str, Any], bins: int) -> Item:
    return Item(
        name=fact["name"],
        unit=fact["unit"],
        lowest=fact["lowest"],
        width=fact["width"],
        bins=bins,
        centre=MappingProxyType(fact["centre"]),
        scale=MappingProxyType(fact["scale"]),
        source=fact["source"],
    )


def _select_items(items: Sequence[Item], names: Sequence[str]) -> tuple[Item, ...]:
    return tuple(item for item in items if item.name in names)


def _double_bin_width(item: Item) -> Item:
    """Return the item with half as many bins, which have less noise relative to their counts."""
    return replace(item, width=2 * item.width, bins=item.bins // 2)


_FACTS = load_json("codebook", package="dressform.opendata")
_ITEMS = tuple(_parse_item(fact, _FACTS["bins"]) for fact in _FACTS["measurements"])
_CORE = _select_items(_ITEMS, _FACTS["core"])
_SMALL = tuple(_double_bin_width(item) for item in _select_items(_ITEMS, _FACTS["small"]))

VERSION: str = _FACTS["version"]
SOURCE: str = _FACTS["source"]

FULL = Codebook(name="full", items=_ITEMS, max_values=30, gate=5_000, norm=7, version=VERSION)
CORE = Codebook(name="core", items=_CORE, max_values=20, gate=2_000, norm=6, version=VERSION)
SMALL = Codebook(name="small", items=_SMALL, max_values=8, gate=500, norm=4, version=VERSION)

OFFERED = (SMALL, CORE, FULL)
"""The codebooks of new draws, from small to large; each includes the measurements of the last."""

MIN_FLAG_COUNT = SMALL.gate
"""The noisy count of accounts from which a flag is included in a draw."""

_RETIRED = (replace(FULL, norm=9, version="1"), replace(CORE, norm=8, version="1"))

CODEBOOKS: Mapping[str, Codebook] = MappingProxyType(
    {each.key: each for each in (*OFFERED, *_RETIRED)}
)
"""All codebooks by key, including those of earlier draws, whose larger norm means more noise."""
