"""Rendering of a figure with a tape and a label for each measurement."""

import math
from collections.abc import Sequence
from itertools import groupby

from dressform.sewing.silhouette.captions import Captions
from dressform.sewing.silhouette.curves import Curve
from dressform.sewing.silhouette.figure import Figure
from dressform.sewing.silhouette.labels import LINE_HEIGHT, Label, layout_column
from dressform.sewing.silhouette.svg_document import Group, SvgDocument
from dressform.sewing.silhouette.tapes import list_arm_points, list_heights, list_tapes

FIGURE_SIZE = 1000.0
"""The larger dimension of the figure, in the units of the drawing."""
_RULER, _COLUMN = 30.0, 80.0
"""Distances from the figure."""
_SAMPLE, _AFTER, _TICK = 50.0, 10.0, 6j
_TAPE = {"stroke": "#c05f2c", "stroke_width": "2.4"}
_THIN = {"stroke_width": "1.4"}
_DASHES = "7 6"


class SilhouetteRenderer:
    """Draws one figure with its tapes, labels, scale bar and legend."""

    def __init__(self, captions: Captions) -> None:
        self._captions = captions
        self._scale = FIGURE_SIZE / Figure(captions.sizes).longest
        self._figure = Figure(captions.sizes.scaled_by(self._scale))
        self._document = SvgDocument(
            language=captions.language, title=captions["title"], description=captions.description
        )
        self._groups: dict[str, Group] = {}

    def render(self) -> str:
        """Return the SVG document."""
        self._draw_fill()
        self._draw_outline()
        for tape in list_tapes(self._figure):
            self._document.add_curves(self._measurement_group(tape.name), [tape.points])
        self._draw_ruler()
        for label in (*self._layout_right_labels(), *self._layout_left_labels()):
            self._draw_label(label)
        self._draw_scale_bar()
        self._draw_legend()
        return self._document.to_xml()

    def _draw_fill(self) -> None:
        group = self._document.add_group(fill="currentColor", opacity="0.07")
        for line in _mirror_lines(self._figure.skins):
            self._document.add_curves(group, [_points(line)])

    def _draw_outline(self) -> None:
        """Draw measured parts with solid lines, estimated ones with dashed lines."""
        runs = [
            (measured, _points(list(run)))
            for line in _mirror_lines(self._figure.outlines)
            for measured, run in groupby(line, key=lambda curve: curve.measured)
        ]
        for kind in (True, False):
            group = self._line_group(measured=kind, stroke_width="2.6")
            self._document.add_curves(group, [run for measured, run in runs if measured is kind])

    def _line_group(self, *, measured: bool, **attributes: str) -> Group:
        dashes = {} if measured else {"stroke_dasharray": _DASHES}
        return self._document.add_group(
            class_="measured" if measured else "estimated", **dashes, **attributes
        )

    def _measurement_group(self, name: str) -> Group:
        """Return the SVG group of one measurement."""
        if name not in self._groups:
            known = self._captions.sizes.is_measured(name)
            self._groups[name] = self._line_group(
                measured=known,
                data_measurement=name,
                **(_TAPE if known else _THIN),
            )
        return self._groups[name]

    def _draw_ruler(self) -> None:
        """Draw the vertical ruler that starts at the waist."""
        ends = [0.0, *list_heights(self._figure).values()]
        x = -self._figure.edge - _RULER
        group = self._document.add_group(stroke_width="1.2", opacity="0.6")
        self._document.add_line(group, complex(x, min(ends)), complex(x, max(ends)))
        self._document.add_line(group, complex(x - 9, 0), complex(x + 9, 0))

    def _layout_right_labels(self) -> list[Label]:
        wanted = [(tape.end, tape.name) for tape in list_tapes(self._figure)]
        return layout_column(wanted, self._figure.edge + _COLUMN)

    def _layout_left_labels(self) -> list[Label]:
        x = -self._figure.edge - _RULER
        wanted = [(complex(x, y), name) for name, y in list_heights(self._figure).items()]
        wanted += [(at, name) for name, at in list_arm_points(self._figure).items()]
        return layout_column(wanted, x - _COLUMN)

    def _draw_label(self, label: Label) -> None:
        group, left = self._measurement_group(label.name), label.at.real < 0
        known = self._captions.sizes.is_measured(label.name)
        colour = {"stroke": "currentColor"} if known else {}
        self._document.add_line(group, *label.leader, opacity="0.45", stroke_width="1", **colour)
        name, value = self._captions.name(label.name), self._captions.value(label.name)
        if known:
            self._document.add_text(group, label.at, f"{name} ", strong=value, align_end=left)
        else:
            self._document.add_text(group, label.at, f"{name} {value}", align_end=left)

    def _draw_scale_bar(self) -> None:
        """Draw a bar with a round length."""
        unit = self._captions.in_mm
        length = _round_down_length(0.25 * FIGURE_SIZE / self._scale / unit) * unit
        half = complex(length * self._scale / 2, self._document.bottom + 1.6 * LINE_HEIGHT)
        group = self._document.add_group(stroke_width="2.6")
        other = -half.conjugate()
        self._document.add_line(group, other - _TICK, other, half, half - _TICK)
        self._document.add_text(group, half + _AFTER, self._captions.length(length))

    def _draw_legend(self) -> None:
        """Draw the legend of solid and dashed lines."""
        y = self._document.bottom + 0.6 * LINE_HEIGHT
        for measured, x in ((True, -190.0), (False, 30.0)):
            start = complex(x, y)
            group = self._line_group(measured=measured, stroke_width="2.6")
            self._document.add_line(group, start, start + _SAMPLE)
            word = self._captions["measured" if measured else "estimated"]
            self._document.add_text(group, start + _SAMPLE + _AFTER, word)


def _mirror_lines(lines: Sequence[list[Curve]]) -> list[list[Curve]]:
    return [side for line in lines for side in (line, [curve.mirror() for curve in line])]


def _points(line: Sequence[Curve]) -> list[complex]:
    return [line[0].points[0], *(point for curve in line for point in curve.points[1:])]


def _round_down_length(most: float) -> float:
    """Return the largest of 1, 2, 5, 10, 20, 50, … up to `most`."""
    ten = 10.0 ** math.floor(math.log10(most))
    return max(step * ten for step in (1, 2, 5) if step * ten <= most)
