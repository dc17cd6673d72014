"""The heat map of correlations: with breasts below the diagonal, without above it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dressform.opendata.files.charts.chart import Chart
from dressform.opendata.files.charts.noise import DEVIATIONS
from dressform.opendata.files.charts.order import group_by_place
from dressform.opendata.files.charts.text_width import measure_text, wrap_text
from dressform.opendata.files.charts.texts import ChartTexts
from dressform.opendata.files.edition_info import File
from dressform.opendata.resources import ERROR
from dressform.sewing.catalogue import CATALOGUE

Row = Mapping[str, Any]

_CELL, _GAP, _EDGE, _BESIDE, _LEADING = 23.0, 6.0, 24.0, 10.0, 17.0
_MINUS = "\N{MINUS SIGN}"
_MAX_DESCRIBED = 3
"""The number of strongest correlations in the description."""
_LIGHT_TEXT_FROM = 0.8
"""The correlation from which a cell is dark enough for white text."""
_SHADES = range(-5, 6)


class CorrelationHeatmap:
    """The heat map of the rows of the table `correlations`."""

    def __init__(self, correlations: Sequence[Row], texts: ChartTexts) -> None:
        self._rows, self._texts = correlations, texts
        self._at = _compute_offsets(
            group_by_place({row[end] for row in correlations for end in ("a", "b")})
        )
        self._side = max(self._at.values()) + _CELL
        longest = max(measure_text(self._label(name), 13) for name in self._at)
        self._left = _EDGE + longest + _BESIDE
        legend = len(_SHADES) * _CELL + _BESIDE + measure_text(texts.together, 13)
        self._width = self._left + max(self._side, legend) + 40
        about = wrap_text(texts.correlations_about, 13, self._width - 2 * _EDGE)
        self._top = 58 + _LEADING * len(about) + longest + _BESIDE
        self._chart = Chart(
            self._width,
            self._top + self._side + 84,
            language=texts.language,
            title=texts.correlations,
            description=self._describe(),
        )

    def draw(self) -> File:
        self._draw_heading()
        for name, at in self._at.items():
            self._draw_name(self._label(name), at + _CELL / 2)
        for row in self._rows:
            near, far = sorted((self._at[row["a"]], self._at[row["b"]]))
            is_below = row["flag"] == "with_breasts"
            self._draw_cell(*((near, far) if is_below else (far, near)), row)
        self._draw_legend(self._top + self._side + 24)
        return File(
            f"correlations.{self._texts.language}.svg",
            "image/svg+xml",
            self._texts.correlations,
            self._chart.to_bytes(),
        )

    def _label(self, name: str) -> str:
        return CATALOGUE[name].label[self._texts.language]

    def _is_clear(self, row: Row) -> bool:
        value = row["correlation"]
        return value is not None and abs(value) > DEVIATIONS * row[ERROR]

    def _describe(self) -> str:
        texts = self._texts
        clear = [row for row in self._rows if self._is_clear(row)]
        strongest = sorted(clear, key=lambda row: -abs(row["correlation"]))[:_MAX_DESCRIBED]
        told = [
            f"{self._label(row['a'])}, {self._label(row['b'])} ({texts.flags[row['flag']]}) "
            f"{texts.number(row['correlation'] * 100)}"
            for row in strongest
        ]
        unsure = texts.number(len(self._rows) - len(clear))
        everything = texts.number(len(self._rows))
        return texts.correlations_text.format(unsure, everything, "; ".join(told) or _MINUS)

    def _draw_heading(self) -> None:
        texts, room = self._texts, self._width - 2 * _EDGE
        self._chart.add_heading(_EDGE, 36, texts.correlations, room)
        self._chart.add_paragraph(
            _EDGE, 58, texts.correlations_about, room, size=13, leading=_LEADING
        )

    def _draw_name(self, label: str, middle: float) -> None:
        self._chart.add_text(
            self._left - _BESIDE, self._top + middle + 4.5, label, text_anchor="end"
        )
        x, y = self._left + middle + 4.5, self._top - _BESIDE
        self._chart.add_text(x, y, label, transform=f"rotate(-90 {x:.1f} {y:.1f})")
        corner = self._left + middle - 2, self._top + middle - 2
        self._chart.add_square(*corner, 4, "quiet", fill="currentColor", rx="2")

    def _draw_cell(self, x: float, y: float, row: Row) -> None:
        """Draw a cell; an empty value is hatched, without a number."""
        value, side = row["correlation"], _CELL - 1
        left, top = self._left + x + 0.5, self._top + y + 0.5
        look = "cell quiet"
        if self._is_clear(row):
            self._draw_square(left, top, value)
            look = "cell light" if abs(value) >= _LIGHT_TEXT_FROM else "cell"
        else:
            self._chart.add_hatch(left, top, side, side)
        if value is not None:
            text = str(round(value * 100)).replace("-", _MINUS)
            self._chart.add_text(left + side / 2, top + side / 2 + 3.4, text, look)

    def _draw_square(self, x: float, y: float, value: float) -> None:
        opacity = f"{max(abs(value), 0.03):.2f}"
        self._chart.add_square(x, y, _CELL - 1, _colour_class(value), rx="2", fill_opacity=opacity)

    def _draw_legend(self, y: float) -> None:
        for place, step in enumerate(_SHADES):
            self._draw_square(self._left + place * _CELL, y, step / 5)
        end = self._left + len(_SHADES) * _CELL
        self._chart.add_text(self._left, y + 42, self._texts.against, "quiet")
        self._chart.add_text(end + _BESIDE, y + 16, self._texts.together, "quiet")


def _colour_class(value: float) -> str:
    return "with" if value > 0 else "against"


def _compute_offsets(groups: Mapping[str, Iterable[str]]) -> dict[str, float]:
    """Return the offset of each measurement, with gaps between groups."""
    found, offset = {}, 0.0
    for group in groups.values():
        for name in group:
            found[name] = offset
            offset += _CELL
        offset += _GAP
    return found
