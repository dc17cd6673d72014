"""How measurements go together: below the diagonal with breasts, above it without."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dressform.opendata.files.about import File
from dressform.opendata.files.pictures.chart import Chart
from dressform.opendata.files.pictures.order import grouped
from dressform.sewing.catalogue import CATALOGUE

Records = Sequence[Mapping[str, Any]]

_CELL, _GAP, _LEFT, _TOP = 23.0, 6.0, 276.0, 292.0
_MINUS = "\N{MINUS SIGN}"
_LEGEND = 11 * _CELL + 100
"""How broad the legend is: with few measurements broader than the cells."""
_TOLD = 3
"""How many of the strongest are told in words."""
_DARK_ENOUGH = 0.8
"""For white words on it."""


class Heatmap:
    """Of the rows of `correlations`."""

    def __init__(self, correlations: Records) -> None:
        self._rows = correlations
        self._at = _places(grouped({row[end] for row in correlations for end in ("a", "b")}))
        self._side = max(self._at.values()) + _CELL
        self._chart = Chart(
            _LEFT + max(self._side, _LEGEND) + 40,
            _TOP + self._side + 70,
            title="How measurements go together",
            description=self._said(),
        )

    def drawn(self) -> File:
        self._heading()
        for name, at in self._at.items():
            self._name(CATALOGUE[name].label["en"], at + _CELL / 2)
        for row in self._rows:
            near, far = sorted((self._at[row["a"]], self._at[row["b"]]))
            below = row["flag"] == "with_breasts"
            self._cell(*((near, far) if below else (far, near)), row["correlation"])
        self._legend(_TOP + self._side + 30)
        return File(
            "correlations.svg",
            "image/svg+xml",
            "How measurements go together",
            self._chart.finished(),
        )

    def _said(self) -> str:
        strongest = sorted(self._rows, key=lambda row: -abs(row["correlation"]))[:_TOLD]
        told = [f"{row['a']} and {row['b']} {row['correlation']:.2f}" for row in strongest]
        return (
            "Pearson's correlation of every two measurements, in hundredths: below the diagonal of "
            f"people with breasts, above it of people without. The strongest: {', '.join(told)}."
        )

    def _heading(self) -> None:
        self._chart.words(24, 36, "How measurements go together", "strong", font_size="22")
        for y, text in (
            (58, "Correlations in hundredths."),
            (76, "Below the diagonal: with breasts."),
            (94, "Above it: without breasts."),
        ):
            self._chart.words(24, y, text, "quiet")

    def _name(self, label: str, middle: float) -> None:
        self._chart.words(_LEFT - 10, _TOP + middle + 4.5, label, text_anchor="end")
        x, y = _LEFT + middle + 4.5, _TOP - 10
        turned = f"rotate(-90 {x:.1f} {y:.1f})"
        self._chart.words(x, y, label, transform=turned)
        self._chart.square(
            _LEFT + middle - 2, _TOP + middle - 2, 4, "quiet", fill="currentColor", rx="2"
        )

    def _cell(self, x: float, y: float, value: float) -> None:
        strength = abs(value)
        self._chart.square(
            _LEFT + x + 0.5,
            _TOP + y + 0.5,
            _CELL - 1,
            _colour(value),
            rx="2",
            fill_opacity=f"{max(strength, 0.03):.2f}",
        )
        look = "cell light" if strength >= _DARK_ENOUGH else "cell"
        text = str(round(value * 100)).replace("-", _MINUS)
        self._chart.words(_LEFT + x + _CELL / 2, _TOP + y + _CELL / 2 + 3.4, text, look)

    def _legend(self, y: float) -> None:
        for place in range(-5, 6):
            value = place / 5
            self._chart.square(
                _LEFT + (place + 5) * _CELL,
                y,
                _CELL - 1,
                _colour(value),
                fill_opacity=f"{max(abs(value), 0.03):.2f}",
                rx="2",
            )
        for place, text in ((0, f"{_MINUS}100: against each other"), (11, "100: hand in hand")):
            x = _LEFT - 10 if place == 0 else _LEFT + place * _CELL + 9
            anchor = "end" if place == 0 else "start"
            self._chart.words(x, y + 16, text, "quiet", text_anchor=anchor)


def _colour(value: float) -> str:
    return "with" if value > 0 else "against"


def _places(groups: Mapping[str, Iterable[str]]) -> dict[str, float]:
    """How far each is from the corner; a little room between groups."""
    found, offset = {}, 0.0
    for group in groups.values():
        for name in group:
            found[name] = offset
            offset += _CELL
        offset += _GAP
    return found
