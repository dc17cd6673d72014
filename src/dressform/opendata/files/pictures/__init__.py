"""What an edition looks like: SVG that needs nothing but itself, in light and in dark.

Each picture is made in every language of `words.LANGUAGES`, as files never change: which of them is
shown is decided by who shows it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from dressform.opendata.files.about import File
from dressform.opendata.files.pictures.distribution import Distribution
from dressform.opendata.files.pictures.heatmap import Heatmap
from dressform.opendata.files.pictures.noise import is_above_noise
from dressform.opendata.files.pictures.overview import Overview
from dressform.opendata.files.pictures.words import LANGUAGES, Words
from dressform.opendata.resources import Resource, records
from dressform.opendata.spreads import Spread

__all__ = ["pictures"]

_NEEDED = ("quantiles", "correlations")


def pictures(resources: Sequence[Resource], spreads: Iterable[Spread]) -> list[File]:
    """Return all pictures of the tables and of each spread; none of tables without rows."""
    tables = {each.name: records(each) for each in resources if each.name in _NEEDED}
    spreads = list(spreads)
    return [file for words in LANGUAGES.values() for file in _draw(tables, spreads, words)]


def _draw(
    tables: Mapping[str, list[dict[str, Any]]], spreads: Sequence[Spread], words: Words
) -> Iterator[File]:
    clear = {
        (spread.name, flag)
        for spread in spreads
        for flag in spread.flags
        if is_above_noise(spread, flag)
    }
    if tables.get("quantiles"):
        yield Overview(tables["quantiles"], clear, words).draw()
    if tables.get("correlations"):
        yield Heatmap(tables["correlations"], words).draw()
    for spread in spreads:
        yield Distribution(spread, words).draw()
