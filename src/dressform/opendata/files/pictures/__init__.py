"""What an edition looks like: SVG that needs nothing but itself, in light and in dark.

Each picture is made in every language of `words.LANGUAGES`, as files never change: which of them is
shown is decided by who shows it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from dressform.opendata.files.about import File
from dressform.opendata.files.pictures.distribution import DistributionChart
from dressform.opendata.files.pictures.heatmap import CorrelationHeatmap
from dressform.opendata.files.pictures.noise import is_above_noise
from dressform.opendata.files.pictures.overview import OverviewChart
from dressform.opendata.files.pictures.words import LANGUAGES, ChartTexts
from dressform.opendata.resources import Resource, to_records
from dressform.opendata.spreads import Distribution

__all__ = ["draw_charts"]

_NEEDED = ("quantiles", "correlations")


def draw_charts(resources: Sequence[Resource], spreads: Iterable[Distribution]) -> list[File]:
    """Return all pictures of the tables and of each spread; none of tables without rows."""
    tables = {each.name: to_records(each) for each in resources if each.name in _NEEDED}
    spreads = list(spreads)
    return [file for words in LANGUAGES.values() for file in _iter_charts(tables, spreads, words)]


def _iter_charts(
    tables: Mapping[str, list[dict[str, Any]]], spreads: Sequence[Distribution], words: ChartTexts
) -> Iterator[File]:
    clear = {
        (spread.name, flag)
        for spread in spreads
        for flag in spread.flags
        if is_above_noise(spread, flag)
    }
    if tables.get("quantiles"):
        yield OverviewChart(tables["quantiles"], clear, words).draw()
    if tables.get("correlations"):
        yield CorrelationHeatmap(tables["correlations"], words).draw()
    for spread in spreads:
        yield DistributionChart(spread, words).draw()
