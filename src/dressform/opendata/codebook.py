"""What is asked of a contribution, written down before anybody contributes.

Nothing here comes from members' data: the centres and scales of `codebook.json` are those of published
anthropometry or of FreeSewing's estimates, and the file says which.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from dressform.sewing.data import load_json

FLAGS = ("with_breasts", "without_breasts")
"""Every sum is made for each of the two: a contribution counts in one of them."""


@dataclass(frozen=True, slots=True)
class Item:
    """A measurement in whole `unit`s, mm or degrees.

    Its histogram begins at `lowest`, with bins of `width`; what is outside counts in the first or
    the last. `centre` and `scale` by the flag; a flag that is not in them doesn't have it.
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
        """Exclusive."""
        return self.lowest + self.width * self.bins

    @property
    def edges(self) -> range:
        """Where each bin begins, and where the last ends."""
        return range(self.lowest, self.highest + 1, self.width)


@dataclass(frozen=True, slots=True)
class Codebook:
    """Which measurements an edition has, of how many `most` an account gives, and from how many.

    `gate`: accounts that it takes; `norm`: how far from the centre a body counts in the second
    moments, in scales, over all of its measurements together.
    """

    name: str
    items: tuple[Item, ...]
    max_values: int
    gate: int
    norm: int
    version: str

    @property
    def key(self) -> str:
        """Return the name under which a draw refers to it: no other version has that."""
        return f"{self.name}-{self.version}"

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(item.name for item in self.items)

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Every two of them, in the order of the sums over pairs."""
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
    """Return the item with half as many bins: where few give, fewer bins have less noise."""
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
"""The codebooks of new draws, from the smallest to the largest; each has what the one before has."""

MIN_FLAG_COUNT = SMALL.gate
"""Accounts of a flag, by a noisy count, from which on the flag is taken."""

_RETIRED = (replace(FULL, norm=9, version="1"), replace(CORE, norm=8, version="1"))

CODEBOOKS: Mapping[str, Codebook] = MappingProxyType(
    {each.key: each for each in (*OFFERED, *_RETIRED)}
)
"""By their keys, those of earlier draws as well: a larger norm, and so more noise."""
