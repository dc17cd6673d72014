"""All measurements at a glance: a strip for each and either flag, on one ruler."""

from collections.abc import Mapping, Sequence
from typing import Any

from dressform.opendata.files.about import File
from dressform.opendata.files.pictures.chart import CLASSES, WORDS, Chart
from dressform.opendata.files.pictures.order import grouped
from dressform.opendata.files.pictures.scale import Scale, shown
from dressform.sewing.catalogue import CATALOGUE

Records = Sequence[Mapping[str, Any]]

_WIDTH, _LEFT, _RIGHT = 996.0, 298.0, 816.0
_ROW, _HEADING, _TOP = 25.0, 34.0, 112.0
_MEDIANS = {"with_breasts": 896.0, "without_breasts": 972.0}
_ABOVE = {"with_breasts": -4.5, "without_breasts": 4.5}


class Overview:
    """Of the rows of `quantiles`; angles have no place on a ruler and stand as words."""

    def __init__(self, quantiles: Records) -> None:
        self._found: dict[str, dict[str, Mapping[str, Any]]] = {}
        for row in quantiles:
            if row["flag"] in CLASSES:
                self._found.setdefault(row["measurement"], {})[row["flag"]] = row
        self._groups = grouped(self._found)
        rows = sum(len(group) for group in self._groups.values())
        self._bottom = _TOP + _ROW * rows + _HEADING * len(self._groups)
        longest = max(row["p95"] for row in quantiles if row["unit"] == "mm")
        self._x = Scale(0, longest / 10 * 1.04, _LEFT, _RIGHT)
        self._chart = Chart(
            _WIDTH, self._bottom + 40, title="All measurements", description=self._said()
        )

    def drawn(self) -> File:
        self._heading()
        self._ruler()
        y = _TOP
        for title, names in self._groups.items():
            self._chart.words(24, y + 22, title, "strong")
            y += _HEADING
            for name in names:
                self._row(name, y)
                y += _ROW
        return File(
            "quantiles.svg", "image/svg+xml", "All measurements at a glance", self._chart.finished()
        )

    def _said(self) -> str:
        told = [
            f"{CATALOGUE[name].label['en']}: "
            + " and ".join(
                f"{shown(row['p50'], row['unit'])} {WORDS[flag]}" for flag, row in of.items()
            )
            for name, of in self._found.items()
        ]
        return f"The medians, in cm. {'; '.join(told)}."

    def _heading(self) -> None:
        chart = self._chart
        chart.words(24, 36, "All measurements", "strong", font_size="22")
        about = "In cm. Strips: 5 % to 95 % of people, the middle half thick, a dot at the median."
        chart.words(24, 58, about, "quiet")
        for flag, x in _MEDIANS.items():
            first, second = WORDS[flag].split()
            chart.words(x, 62, first, f"{CLASSES[flag]} strong", text_anchor="end")
            chart.words(x, 78, second, f"{CLASSES[flag]} strong", text_anchor="end")
            chart.words(x, 98, "median", "quiet", text_anchor="end", font_size="12")

    def _ruler(self) -> None:
        for tick in self._x.ticks(8):
            x = self._x(tick)
            self._chart.line([(x, _TOP - 4), (x, self._bottom + 8)], "grid")
            for y in (_TOP - 14, self._bottom + 26):
                self._chart.words(x, y, f"{tick:g}", "quiet", text_anchor="middle")

    def _row(self, name: str, y: float) -> None:
        middle = y + _ROW / 2
        label = CATALOGUE[name].label["en"]
        self._chart.words(_LEFT - 14, middle + 4.5, label, text_anchor="end")
        for flag, row in self._found[name].items():
            if row["unit"] == "mm":
                self._strip(row, flag, middle + (_ABOVE[flag] if len(self._found[name]) > 1 else 0))
            value = shown(row["p50"], row["unit"])
            look = CLASSES[flag]
            self._chart.words(_MEDIANS[flag], middle + 4.5, value, look, text_anchor="end")

    def _strip(self, row: Mapping[str, Any], flag: str, y: float) -> None:
        at = {of: self._x(row[f"p{of:02}"] / 10) for of in (5, 25, 50, 75, 95)}
        look = CLASSES[flag]
        self._chart.line([(at[5], y), (at[95], y)], look, stroke_width="1.6")
        self._chart.line([(at[25], y), (at[75], y)], look, stroke_width="6")
        self._chart.circle(at[50], y, 1.9, "median")
