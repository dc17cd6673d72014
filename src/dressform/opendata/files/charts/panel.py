"""The panel of one flag in a distribution chart."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from dressform.opendata.distributions import Distribution, GroupDistribution
from dressform.opendata.files.charts.chart import CLASSES, Chart
from dressform.opendata.files.charts.noise import DEVIATIONS, expected_counts
from dressform.opendata.files.charts.scale import Scale
from dressform.opendata.files.charts.text_width import measure_text
from dressform.opendata.files.charts.texts import ChartTexts

_HEIGHT, _EMPTY_HEIGHT = 206.0, 36.0
_PLOT_TOP, _PLOT_FLOOR, _STRIP = 32.0, 166.0, 186.0
_POINTS = 180
_SMALL = "11"

Point = tuple[float, float]


class Panel:
    """A panel below `top`. All panels of a chart share the horizontal scale."""

    def __init__(self, chart: Chart, texts: ChartTexts, x: Scale, top: float) -> None:
        self._chart, self._texts, self._x, self._top = chart, texts, x, top

    @staticmethod
    def measure_height(distribution: Distribution, flag: str) -> float:
        """Return the height of a panel; an unpublished flag has one line of text."""
        return _HEIGHT if flag in distribution.flags else _EMPTY_HEIGHT

    def draw_grid(self, ticks: Iterable[float]) -> None:
        for x in ticks:
            self._chart.add_line([(x, self._top + _PLOT_TOP), (x, self._top + _STRIP + 12)], "grid")

    def draw(self, distribution: Distribution, flag: str, *, is_clear: bool) -> None:
        """Draw the panel; without `is_clear`, nothing is above the noise and no curve is drawn."""
        group = distribution.flags.get(flag)
        self._draw_heading(distribution, flag, is_clear=is_clear)
        if group is None:
            return
        level = DEVIATIONS * group.count_error
        y = self._scale_counts(distribution, group, level)
        self._draw_noise(y, level)
        if is_clear:
            self._draw_curve(distribution, flag, y, level)
        self._draw_dots(distribution, flag, y, level)
        if is_clear:
            self._draw_strip(distribution, flag)

    def _draw_heading(self, distribution: Distribution, flag: str, *, is_clear: bool) -> None:
        texts, look, y = self._texts, CLASSES[flag], self._top + 18
        self._chart.add_text(self._x.start, y, texts.flags[flag], f"{look} strong")
        beside = self._x.start + measure_text(texts.flags[flag], 13, bold=True) + 12
        self._chart.add_text(
            beside, y, self._summarize(distribution, flag, is_clear=is_clear), "quiet"
        )

    def _summarize(self, distribution: Distribution, flag: str, *, is_clear: bool) -> str:
        texts, group = self._texts, distribution.flags.get(flag)
        if group is None:
            return texts.not_published
        if not is_clear:
            return texts.too_few
        median = texts.value_with_unit(group.quantiles[50], distribution.unit)
        people = texts.people.format(texts.number(round(group.people)))
        return f"{texts.median} {median} · {people}"

    def _scale_counts(
        self, distribution: Distribution, group: GroupDistribution, level: float
    ) -> Scale:
        counts = [count for at, count in _iter_bins(distribution, group) if self._is_inside(at)]
        low = min(-level, *counts)
        high = max(level, *counts, *expected_counts(distribution, group))
        return Scale(low, high, self._top + _PLOT_FLOOR, self._top + _PLOT_TOP)

    def _draw_noise(self, y: Scale, level: float) -> None:
        self._chart.add_band(
            self._x.start, y(level), self._x.end - self._x.start, y(-level) - y(level)
        )
        self._chart.add_line([(self._x.start, y(0)), (self._x.end, y(0))], "axis")
        for tick in y.ticks(4):
            if tick >= level:
                self._chart.add_line([(self._x.start, y(tick)), (self._x.end, y(tick))], "grid")
                place = self._x.start + 2, y(tick) - 2
                self._chart.add_text(*place, self._texts.number(tick), "quiet", font_size=_SMALL)

    def _draw_dots(self, distribution: Distribution, flag: str, y: Scale, level: float) -> None:
        draw = self._chart.add_circle if flag == "with_breasts" else self._chart.add_diamond
        for at, count in _iter_bins(distribution, distribution.flags[flag]):
            if self._is_inside(at):
                look = f"{CLASSES[flag]} dot" if count > level else "unsure"
                draw(self._x(at), y(count), 2.8, look)

    def _draw_curve(self, distribution: Distribution, flag: str, y: Scale, level: float) -> None:
        """Draw the curve where it exceeds the noise level; below it, smoothing decides its shape."""
        counts = expected_counts(distribution, distribution.flags[flag])
        first = distribution.edges[0]
        places = [(first + at + 0.5, count) for at, count in enumerate(counts)]
        for is_above, run in groupby(places, lambda place: place[1] > level):
            points = [(self._x(at), y(count)) for at, count in run]
            if is_above and len(points) > 1:
                points = _thin_out(points)
                self._chart.add_curve(points, f"{CLASSES[flag]} area", floor=y(0))
                self._chart.add_curve(points, f"{CLASSES[flag]} line")

    def _draw_strip(self, distribution: Distribution, flag: str) -> None:
        values, look = distribution.flags[flag].quantiles, CLASSES[flag]
        y = self._top + _STRIP
        at = {of: self._x(value) for of, value in values.items()}
        self._chart.add_line([(at[5], y), (at[95], y)], f"{look} line")
        self._chart.add_line([(at[25], y), (at[75], y)], look, stroke_width="10")
        self._chart.add_circle(at[50], y, 3.2, "median")
        for of, x, anchor in ((5, at[5] - 8, "end"), (95, at[95] + 8, "start")):
            text = self._texts.value(values[of], distribution.unit)
            self._chart.add_text(x, y + 4, text, look, text_anchor=anchor, font_size="12")

    def _is_inside(self, at: float) -> bool:
        return self._x.low <= at <= self._x.high


def _iter_bins(distribution: Distribution, group: GroupDistribution) -> Iterator[Point]:
    """Yield the middle of each bin with its noisy count."""
    width = distribution.edges[1] - distribution.edges[0]
    for low, count in zip(distribution.edges, group.counts, strict=False):
        yield low + width / 2, count


def _thin_out(points: Sequence[Point]) -> list[Point]:
    """Return at most about 180 of the points, including the last, to limit the file size."""
    return [*points[: -1 : max(1, len(points) // _POINTS)], points[-1]]
