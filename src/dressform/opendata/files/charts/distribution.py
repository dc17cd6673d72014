"""The chart of one measurement: noisy counts, density and percentiles per flag."""

from itertools import accumulate

from dressform.opendata.codebook import FLAGS, FULL
from dressform.opendata.distributions import Distribution
from dressform.opendata.files.charts.chart import Chart
from dressform.opendata.files.charts.noise import is_above_noise
from dressform.opendata.files.charts.panel import Panel
from dressform.opendata.files.charts.scale import Scale
from dressform.opendata.files.charts.text_width import wrap_text
from dressform.opendata.files.charts.texts import ChartTexts
from dressform.opendata.files.edition_info import File
from dressform.sewing.catalogue import CATALOGUE

_WIDTH, _LEFT, _RIGHT, _TOP = 760.0, 32.0, 728.0, 78.0
_TAIL = 0.0008
"""The share of people beyond each end of the axis."""
_ROOM = 0.09
"""The share of the axis beside the 5th and 95th percentile, for their labels."""
_CAPTION, _LEADING = 11.5, 16.0

_FLAGS_BY_MEASUREMENT = {
    item.name: [flag for flag in FLAGS if flag in item.centre] for item in FULL.items
}


class DistributionChart:
    """The chart of a distribution in one language."""

    def __init__(self, distribution: Distribution, texts: ChartTexts) -> None:
        self._distribution, self._texts = distribution, texts
        self._flags = _FLAGS_BY_MEASUREMENT[distribution.name]
        self._clear = [flag for flag in self._flags if is_above_noise(distribution, flag)]
        self._label = CATALOGUE[distribution.name].label[texts.language]
        heights = [Panel.measure_height(distribution, flag) for flag in self._flags]
        *self._tops, self._floor = accumulate(heights, initial=_TOP)
        caption = wrap_text(texts.distribution_caption, _CAPTION, _RIGHT - _LEFT)
        self._chart = Chart(
            _WIDTH,
            self._floor + 46 + _LEADING * len(caption),
            language=texts.language,
            title=self._label,
            description=self._describe(),
        )
        self._x = Scale(*self._ends(), _LEFT, _RIGHT)

    def draw(self) -> File:
        self._draw_heading()
        ticks = self._draw_axis()
        for top, flag in zip(self._tops, self._flags, strict=True):
            panel = Panel(self._chart, self._texts, self._x, top)
            if flag in self._distribution.flags:
                panel.draw_grid(ticks)
            panel.draw(self._distribution, flag, is_clear=flag in self._clear)
        self._chart.add_paragraph(
            _LEFT,
            self._floor + 48,
            self._texts.distribution_caption,
            _RIGHT - _LEFT,
            size=_CAPTION,
            leading=_LEADING,
        )
        return File(
            f"distributions-{self._distribution.name}.{self._texts.language}.svg",
            "image/svg+xml",
            self._texts.distribution.format(self._label),
            self._chart.to_bytes(),
        )

    def _describe(self) -> str:
        told = "; ".join(map(self._describe_flag, self._flags))
        return self._texts.distribution_text.format(self._label, told)

    def _describe_flag(self, flag: str) -> str:
        texts, group, unit = (
            self._texts,
            self._distribution.flags.get(flag),
            self._distribution.unit,
        )
        if group is None:
            return f"{texts.flags[flag].capitalize()}: {texts.not_published}"
        if flag not in self._clear:
            return f"{texts.flags[flag].capitalize()}: {texts.too_few}"
        values = [texts.value_with_unit(group.quantiles[of], unit) for of in (50, 5, 95)]
        return texts.distribution_value.format(texts.flags[flag], *values)

    def _ends(self) -> tuple[float, float]:
        """Return both ends of the axis, which cover the people of all flags."""
        edges = self._distribution.edges
        if not self._clear:
            return edges[0], edges[-1]
        lows, highs = zip(*(self._extent(flag) for flag in self._clear), strict=True)
        return min(lows), max(highs)

    def _extent(self, flag: str) -> tuple[float, float]:
        group, first = self._distribution.flags[flag], self._distribution.edges[0]
        below = list(accumulate(group.share))
        low = first + sum(each < _TAIL for each in below)
        high = first + sum(each < 1 - _TAIL for each in below)
        room = _ROOM * (high - low)
        return min(low, group.quantiles[5] - room), max(high, group.quantiles[95] + room)

    def _draw_heading(self) -> None:
        texts, edges, is_length = (
            self._texts,
            self._distribution.edges,
            self._distribution.unit == "mm",
        )
        self._chart.add_heading(_LEFT, 36, self._label, _RIGHT - _LEFT)
        width = edges[1] - edges[0]
        about = texts.distribution_about.format(
            self._distribution.name,
            "cm" if is_length else texts.degrees,
            f"{self._tick(width / 10)} cm" if is_length else f"{width}°",
        )
        self._chart.add_text(_LEFT, 58, about, "quiet")

    def _draw_axis(self) -> list[float]:
        """Draw the axis and return the positions of its ticks."""
        is_length = self._distribution.unit == "mm"
        step = 10 if is_length else 1
        in_unit = Scale(self._x.low / step, self._x.high / step, _LEFT, _RIGHT)
        *others, last = in_unit.ticks(12)
        texts = {tick: self._tick(tick) for tick in others}
        texts[last] = self._tick(last) + (" cm" if is_length else "°")
        for tick, text in texts.items():
            place = in_unit(tick), self._floor + 22
            self._chart.add_text(*place, text, "quiet", text_anchor="middle")
        return [in_unit(tick) for tick in texts]

    def _tick(self, tick: float) -> str:
        return self._texts.number(tick, 0 if tick == round(tick) else 1)
