"""One measurement: the noisy counts, the curve through them, and where the middle half lies."""

from itertools import accumulate

from dressform.opendata.files.about import File
from dressform.opendata.files.pictures.chart import CLASSES, WORDS, Chart
from dressform.opendata.files.pictures.scale import Scale, shown
from dressform.opendata.spreads import Seen, Spread
from dressform.sewing.catalogue import CATALOGUE

_WIDTH, _LEFT, _RIGHT = 760.0, 32.0, 728.0
_TOP, _FLOOR, _STRIPS, _APART = 84.0, 316.0, 368.0, 26.0
_TAIL = 0.0008
"""Of people beyond each end of what is drawn."""
_ROOM = 0.1
_LINE, _BESIDE = 20.0, 12.0
_POINTS = 180
_FLANK = 0.7
"""Of a curve's height: where the words beside it are."""


class Distribution:
    def __init__(self, spread: Spread) -> None:
        self._spread = spread
        long = spread.unit == "mm"
        self._cm, self._unit = (10.0, " cm") if long else (1.0, "°")
        low, high = self._ends()
        self._x = Scale(low, high, _LEFT, _RIGHT)
        self._y = Scale(*self._heights(), _FLOOR, _TOP + 14)
        self._height = _STRIPS + _APART * len(spread.flags) + 22
        self._chart = Chart(_WIDTH, self._height, title=self._title, description=self._said())

    def drawn(self) -> File:
        self._heading()
        self._axis()
        for place, flag in enumerate(self._in_order()):
            self._dots(flag)
            self._curve(flag)
            self._label(flag, place)
            self._strip(flag, _STRIPS + _APART * place)
        self._chart.words(
            _LEFT,
            self._height - 10,
            "Dots: noisy counts. Curve: what they tell. Strip: 5 % to 95 % of people, the middle half, "
            "the median.",
            "quiet",
            font_size="11.5",
        )
        name = f"distributions-{self._spread.name}.svg"
        return File(name, "image/svg+xml", f"Distribution: {self._title}", self._chart.finished())

    @property
    def _title(self) -> str:
        return CATALOGUE[self._spread.name].label["en"]

    def _said(self) -> str:
        told = [
            f"{WORDS[flag]}: median {self._value(seen.quantiles[50])}, 5 % below "
            f"{self._value(seen.quantiles[5])}, 5 % above {self._value(seen.quantiles[95])}"
            for flag, seen in self._spread.flags.items()
        ]
        return f"How {self._title.lower()} is spread. People {'; '.join(told)}."

    def _value(self, value: float) -> str:
        return shown(value, self._spread.unit) + (" cm" if self._spread.unit == "mm" else "")

    def _in_order(self) -> list[str]:
        """From the smaller median on."""
        return sorted(self._spread.flags, key=lambda flag: self._spread.flags[flag].quantiles[50])

    def _ends(self) -> tuple[float, float]:
        edges = self._spread.edges
        lows, highs = [], []
        for seen in self._spread.flags.values():
            below = list(accumulate(seen.share))
            lows.append(sum(each < _TAIL for each in below))
            highs.append(sum(each < 1 - _TAIL for each in below))
        width = edges[1] - edges[0]
        low, high = edges[0] + min(lows), edges[0] + max(highs)
        # Room for the words beside the curves.
        room = _ROOM * (high - low)
        return low - max(room, width), high + max(room, width)

    def _heights(self) -> tuple[float, float]:
        """Noise lets counts be less than nothing."""
        seen = self._spread.flags.values()
        dots = [share for each in seen for at, share in self._noisy(each) if self._inside(at)]
        return min(0, *dots), max(*dots, *(max(each.share) for each in seen))

    def _inside(self, at: float) -> bool:
        return self._x.low <= at <= self._x.high

    def _noisy(self, seen: Seen) -> list[tuple[float, float]]:
        """The middle of each bin, and the share of people at a unit of it."""
        edges = self._spread.edges
        width = edges[1] - edges[0]
        return [
            (low + width / 2, count / (seen.people * width))
            for low, count in zip(edges, seen.counts, strict=False)
        ]

    def _heading(self) -> None:
        spread = self._spread
        self._chart.words(_LEFT, 36, self._title, "strong", font_size="22")
        unit = "cm" if spread.unit == "mm" else "degrees"
        people = sum(round(seen.people) for seen in spread.flags.values())
        about = f"{spread.name}, in {unit}; about {people:,} people gave it"
        self._chart.words(_LEFT, 58, about, "quiet")

    def _axis(self) -> None:
        self._chart.line([(_LEFT, self._y(0)), (_RIGHT, self._y(0))], "axis")
        in_unit = Scale(self._x.low / self._cm, self._x.high / self._cm, _LEFT, _RIGHT)
        *others, last = in_unit.ticks(12)
        texts = {tick: f"{tick:g}" for tick in others} | {last: f"{last:g}{self._unit}"}
        for tick, text in texts.items():
            x = in_unit(tick)
            self._chart.line([(x, _TOP), (x, _FLOOR)], "grid")
            self._chart.words(x, _FLOOR + 24, text, "quiet", text_anchor="middle")

    def _dots(self, flag: str) -> None:
        draw = self._chart.circle if flag == "with_breasts" else self._chart.diamond
        for at, share in self._noisy(self._spread.flags[flag]):
            if self._inside(at):
                draw(self._x(at), self._y(share), 2.8, f"{CLASSES[flag]} dot")

    def _curve(self, flag: str) -> None:
        points = self._points(flag)
        self._chart.curve(points, f"{CLASSES[flag]} area", floor=self._y(0))
        self._chart.curve(points, f"{CLASSES[flag]} line")

    def _points(self, flag: str) -> list[tuple[float, float]]:
        share, first = self._spread.flags[flag].share, self._spread.edges[0]
        inside = [
            (self._x(first + at + 0.5), self._y(each))
            for at, each in enumerate(share)
            if self._inside(first + at + 0.5)
        ]
        return inside[:: max(1, len(inside) // _POINTS)]

    def _label(self, flag: str, place: int) -> None:
        """Beside its outer flank, where nothing else is."""
        top = min(y for _, y in self._points(flag))
        level = self._y(0) - _FLANK * (self._y(0) - top)
        taken = self._taken(level - _LINE, level + _LINE)
        left = place == 0 and len(self._spread.flags) > 1
        x = min(taken) - _BESIDE if left else max(taken) + _BESIDE
        ending = {"text_anchor": "end" if left else "start"}
        look, median = CLASSES[flag], self._spread.flags[flag].quantiles[50]
        self._chart.words(x, level - 4, WORDS[flag], f"{look} strong", **ending)
        self._chart.words(x, level + 13, f"median {self._value(median)}", look, **ending)

    def _taken(self, top: float, bottom: float) -> list[float]:
        """Where curves rise above that, and dots are in between."""
        curves = [point for flag in self._spread.flags for point in self._points(flag)]
        dots = [
            (self._x(at), self._y(share))
            for seen in self._spread.flags.values()
            for at, share in self._noisy(seen)
        ]
        risen = [x for x, y in curves if y <= bottom]
        return risen + [x for x, y in dots if top <= y <= bottom]

    def _strip(self, flag: str, y: float) -> None:
        at = {of: self._x(value) for of, value in self._spread.flags[flag].quantiles.items()}
        look = CLASSES[flag]
        self._chart.line([(at[5], y), (at[95], y)], f"{look} line")
        self._chart.line([(at[25], y), (at[75], y)], look, stroke_width="10")
        self._chart.circle(at[50], y, 3.2, "median")
        values = self._spread.flags[flag].quantiles
        for of, x, anchor in ((5, at[5] - 8, "end"), (95, at[95] + 8, "start")):
            text = shown(values[of], self._spread.unit)
            self._chart.words(x, y + 4, text, look, text_anchor=anchor, font_size="12")
