"""What an edition looks like: SVG that needs nothing but itself, in light and in dark."""

from collections.abc import Iterable, Sequence
from typing import Any

from dressform.opendata.files.about import File
from dressform.opendata.files.pictures.distribution import Distribution
from dressform.opendata.files.pictures.heatmap import Heatmap
from dressform.opendata.files.pictures.overview import Overview
from dressform.opendata.resources import Resource, records
from dressform.opendata.spreads import PERCENTILES, Spread

__all__ = ["pictures"]


def pictures(resources: Sequence[Resource], spreads: Iterable[Spread]) -> list[File]:
    """Of the tables that have one, and of each spread."""
    tables = {each.name: _whole(records(each)) for each in resources if each.name in _OF_A_TABLE}
    drawn = [_OF_A_TABLE[name](rows).drawn() for name, rows in tables.items() if rows]
    return [*drawn, *(Distribution(spread).drawn() for spread in spreads)]


def _whole(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows in which nothing that is drawn is hidden by noise."""
    drawn = ("correlation", *(f"p{of:02}" for of in PERCENTILES))
    return [row for row in rows if all(row.get(name, 0) is not None for name in drawn)]


_OF_A_TABLE: dict[str, type[Overview] | type[Heatmap]] = {
    "quantiles": Overview,
    "correlations": Heatmap,
}
