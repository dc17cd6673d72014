"""The charts of an edition: self-contained SVG with a light and a dark style.

Each chart has one file per language of `texts.LANGUAGES`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from dressform.opendata.distributions import Distribution
from dressform.opendata.files.charts.distribution import DistributionChart
from dressform.opendata.files.charts.heatmap import CorrelationHeatmap
from dressform.opendata.files.charts.noise import is_above_noise
from dressform.opendata.files.charts.overview import OverviewChart
from dressform.opendata.files.charts.texts import LANGUAGES, ChartTexts
from dressform.opendata.files.edition_info import File
from dressform.opendata.resources import Resource, to_records

__all__ = ["draw_charts"]

_NEEDED = ("quantiles", "correlations")


def draw_charts(resources: Sequence[Resource], distributions: Iterable[Distribution]) -> list[File]:
    """Return the charts of all tables with rows, and of each distribution."""
    tables = {each.name: to_records(each) for each in resources if each.name in _NEEDED}
    distributions = list(distributions)
    return [
        file for texts in LANGUAGES.values() for file in _iter_charts(tables, distributions, texts)
    ]


def _iter_charts(
    tables: Mapping[str, list[dict[str, Any]]],
    distributions: Sequence[Distribution],
    texts: ChartTexts,
) -> Iterator[File]:
    clear = {
        (distribution.name, flag)
        for distribution in distributions
        for flag in distribution.flags
        if is_above_noise(distribution, flag)
    }
    if tables.get("quantiles"):
        yield OverviewChart(tables["quantiles"], clear, texts).draw()
    if tables.get("correlations"):
        yield CorrelationHeatmap(tables["correlations"], texts).draw()
    for distribution in distributions:
        yield DistributionChart(distribution, texts).draw()
