"""A sheet of SVG that grows with what is drawn on it: nothing in it runs, nothing is fetched."""

from collections.abc import Iterable, Mapping, Sequence
from xml.etree import ElementTree as ET

STYLE = (
    ".dressform-silhouette:root{color-scheme:light dark;color:#2e3338}"
    "@media(prefers-color-scheme:dark){.dressform-silhouette:root{color:#e9e5de}}"
)
"""Of a drawing that stands by itself: within a page it has the colour of the page's words."""

FONT_SIZE = 19.0
_CHARACTER = 0.6 * FONT_SIZE
"""At most, on average: nobody knows which letters a browser has."""
_MARGIN = 20.0

_ROOT = {
    "xmlns": "http://www.w3.org/2000/svg",
    "class": "dressform-silhouette",
    "role": "img",
    "font-family": "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif",
    "font-size": f"{FONT_SIZE:g}",
    "fill": "none",
    "stroke": "currentColor",
    "stroke-linecap": "round",
    "stroke-linejoin": "round",
}

Group = ET.Element


class SvgDocument:
    def __init__(self, *, language: str, title: str, description: str) -> None:
        self.root = ET.Element("svg", _ROOT | {"lang": language})
        ET.SubElement(self.root, "title").text = title
        ET.SubElement(self.root, "desc").text = description
        ET.SubElement(self.root, "style").text = STYLE
        self._extent_points: list[complex] = []

    def add_group(self, **attributes: str) -> Group:
        """Its attributes are named as Python can: `stroke_width`, `class_`."""
        return ET.SubElement(self.root, "g", _attribute_names(attributes))

    def add_line(self, group: Group, *points: complex, **attributes: str) -> None:
        d = "M" + "L".join(self._format_point(point) for point in points)
        ET.SubElement(group, "path", {"d": d} | _attribute_names(attributes))

    def add_curves(self, group: Group, lines: Iterable[Sequence[complex]]) -> None:
        """Cubic Béziers in one path: of each line a start, then three points for each curve."""
        d = "".join(self._curve_path(*points) for points in lines)
        if d:
            ET.SubElement(group, "path", {"d": d})

    def _curve_path(self, start: complex, *others: complex) -> str:
        return f"M{self._format_point(start)}C{' '.join(self._format_point(point) for point in others)}"

    def add_text(
        self, group: Group, at: complex, text: str, *, strong: str = "", align_end: bool = False
    ) -> None:
        """From there on, or up to there."""
        place = {
            "x": _format_coordinate(at.real),
            "y": _format_coordinate(at.imag + 0.33 * FONT_SIZE),
        }
        anchor = {"text-anchor": "end"} if align_end else {}
        look = {"fill": "currentColor", "stroke": "none"}
        element = ET.SubElement(group, "text", place | anchor | look)
        element.text = text
        if strong:
            ET.SubElement(element, "tspan", {"font-weight": "600"}).text = strong
        width = _CHARACTER * len(text + strong)
        self._extent_points += [
            at - 1j * FONT_SIZE,
            at + (-width if align_end else width) + 1j * FONT_SIZE,
        ]

    @property
    def bottom(self) -> float:
        return max(point.imag for point in self._extent_points)

    def to_xml(self) -> str:
        across, down = (
            [point.real for point in self._extent_points],
            [point.imag for point in self._extent_points],
        )
        left, top = min(across) - _MARGIN, min(down) - _MARGIN
        box = (left, top, max(across) - left + _MARGIN, max(down) - top + _MARGIN)
        self.root.set("viewBox", " ".join(_format_coordinate(each) for each in box))
        return ET.tostring(self.root, encoding="unicode")

    def _format_point(self, point: complex) -> str:
        self._extent_points.append(point)
        return f"{_format_coordinate(point.real)} {_format_coordinate(point.imag)}"


def _attribute_names(attributes: Mapping[str, str]) -> dict[str, str]:
    return {name.strip("_").replace("_", "-"): value for name, value in attributes.items()}


def _format_coordinate(value: float) -> str:
    """To a tenth of a unit."""
    return f"{round(value, 1) + 0.0:.1f}".removesuffix(".0")
