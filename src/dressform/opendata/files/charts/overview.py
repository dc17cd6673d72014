"""The overview chart: a percentile strip per measurement and flag on one ruler."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from dressform.opendata.distributions import PERCENTILES
from dressform.opendata.files.charts.chart import CLASSES, Chart
from dressform.opendata.files.charts.order import group_by_place
from dressform.opendata.files.charts.scale import Scale
from dressform.opendata.files.charts.text_width import measure_text, wrap_text
from dressform.opendata.files.charts.texts import ChartTexts
from dressform.opendata.files.edition_info import File
from dressform.sewing.catalogue import CATALOGUE

Records = Sequence[Mapping[str, Any]]

_EDGE, _BESIDE, _RULER, _COLUMN = 24.0, 14.0, 518.0, 84.0
_SHORTEST_RULER = 1000.0
_ROW, _HEADING, _LEADING = 25.0, 34.0, 17.0
_ABOVE = {"with_breasts": -4.5, "without_breasts": 4.5}
_DASH = "\N{EN DASH}"


class OverviewChart:
    """The chart of the rows of the table `quantiles`. Angles have only a number, no strip.

    `clear` has the measurements and flags above the noise level.
    """

    def __init__(
        self, quantiles: Records, clear: Collection[tuple[str, str]], texts: ChartTexts
    ) -> None:
        self._texts, self._clear = texts, clear
        self._found: dict[str, dict[str, Mapping[str, Any]]] = {}
        for row in quantiles:
            if row["flag"] in CLASSES:
                self._found.setdefault(row["measurement"], {})[row["flag"]] = row
        self._groups = group_by_place(self._found)
        self._left = (
            _EDGE + _BESIDE + max(measure_text(self._label(name), 13) for name in self._found)
        )
        self._width = self._left + _RULER + 2 * _COLUMN + _EDGE
        about = wrap_text(texts.overview_about, 13, self._left + _RULER - _EDGE)
        self._top = 84 + _LEADING * len(about)
        self._medians = {
            flag: self._width - _EDGE - _COLUMN * after
            for flag, after in (("with_breasts", 1), ("without_breasts", 0))
        }
        rows = sum(len(group) for group in self._groups.values())
        self._bottom = self._top + _ROW * rows + _HEADING * len(self._groups)
        self._x = Scale(0, self._longest() / 10 * 1.04, self._left, self._left + _RULER)
        self._chart = Chart(
            self._width,
            self._bottom + 40,
            language=texts.language,
            title=texts.overview,
            description=self._describe(),
        )

    def draw(self) -> File:
        self._draw_heading()
        self._draw_ruler()
        y = self._top
        for title, names in self._groups.items():
            self._chart.add_text(_EDGE, y + 22, self._texts.groups.get(title, title), "strong")
            y += _HEADING
            for name in names:
                self._draw_row(name, y)
                y += _ROW
        name = f"quantiles.{self._texts.language}.svg"
        return File(name, "image/svg+xml", self._texts.overview, self._chart.to_bytes())

    def _label(self, name: str) -> str:
        return CATALOGUE[name].label[self._texts.language]

    def _longest(self) -> float:
        """Return the end of the ruler, from the values above the noise level."""
        rows = [row for of in self._found.values() for row in of.values() if self._is_clear(row)]
        ends = [float(row["p95"]) for row in rows if row["unit"] == "mm"]
        return max(ends, default=_SHORTEST_RULER)

    def _is_clear(self, row: Mapping[str, Any]) -> bool:
        is_whole = all(row[f"p{of:02}"] is not None for of in PERCENTILES)
        return is_whole and (row["measurement"], row["flag"]) in self._clear

    def _describe(self) -> str:
        told = [
            f"{self._label(name)}: "
            + ", ".join(
                f"{self._median(row)} {self._texts.flags[flag]}" for flag, row in of.items()
            )
            for name, of in self._found.items()
        ]
        return self._texts.overview_text.format("; ".join(told))

    def _median(self, row: Mapping[str, Any]) -> str:
        return self._texts.value(row["p50"], row["unit"]) if self._is_clear(row) else _DASH

    def _draw_heading(self) -> None:
        chart, texts, room = self._chart, self._texts, self._left + _RULER - _EDGE
        chart.add_heading(_EDGE, 36, texts.overview, room)
        chart.add_paragraph(_EDGE, 58, texts.overview_about, room, size=13, leading=_LEADING)
        for flag, x in self._medians.items():
            first, second = texts.flags[flag].split()
            end = {"text_anchor": "end"}
            chart.add_text(x, self._top - 52, first, f"{CLASSES[flag]} strong", **end)
            chart.add_text(x, self._top - 36, second, f"{CLASSES[flag]} strong", **end)
            chart.add_text(x, self._top - 16, texts.median, "quiet", font_size="12", **end)

    def _draw_ruler(self) -> None:
        for tick in self._x.ticks(8):
            x = self._x(tick)
            self._chart.add_line([(x, self._top - 4), (x, self._bottom + 8)], "grid")
            for y in (self._top - 12, self._bottom + 26):
                text = self._texts.number(tick)
                self._chart.add_text(x, y, text, "quiet", text_anchor="middle")

    def _draw_row(self, name: str, y: float) -> None:
        middle = y + _ROW / 2
        self._chart.add_text(
            self._left - _BESIDE, middle + 4.5, self._label(name), text_anchor="end"
        )
        for flag, row in self._found[name].items():
            if row["unit"] == "mm" and self._is_clear(row):
                aside = _ABOVE[flag] if len(self._found[name]) > 1 else 0
                self._draw_strip(row, flag, middle + aside)
            look = CLASSES[flag]
            place = self._medians[flag], middle + 4.5
            self._chart.add_text(*place, self._median(row), look, text_anchor="end")

    def _draw_strip(self, row: Mapping[str, Any], flag: str, y: float) -> None:
        at = {of: self._x(row[f"p{of:02}"] / 10) for of in (5, 25, 50, 75, 95)}
        look = CLASSES[flag]
        self._chart.add_line([(at[5], y), (at[95], y)], look, stroke_width="1.6")
        self._chart.add_line([(at[25], y), (at[75], y)], look, stroke_width="6")
        self._chart.add_circle(at[50], y, 1.9, "median")
