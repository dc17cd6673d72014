"""An SVG document whose view box grows with its content. It has no scripts and no links."""

from collections.abc import Iterable, Sequence
from xml.etree import ElementTree as ET

from dressform.sewing.svg import create_svg, format_coordinate, to_attributes

STYLE = (
    ".dressform-silhouette:root{color-scheme:light dark;color:#2e3338}"
    "@media(prefers-color-scheme:dark){.dressform-silhouette:root{color:#e9e5de}}"
)
"""The style of a document by itself. Within a page it inherits the text colour."""

FONT_SIZE = 19.0
_CHARACTER = 0.6 * FONT_SIZE
"""The assumed width of a character, since the browser's font is unknown."""
_MARGIN = 20.0

Group = ET.Element


class SvgDocument:
    """Collects elements, and tracks their extent for the view box."""

    def __init__(self, *, language: str, title: str, description: str) -> None:
        self.root = create_svg(
            "dressform-silhouette",
            font_size=FONT_SIZE,
            language=language,
            title=title,
            description=description,
            style=STYLE,
            fill="none",
            stroke="currentColor",
        )
        self._extent_points: list[complex] = []

    def add_group(self, **attributes: str) -> Group:
        """Add a group; attribute names are Python identifiers such as `stroke_width` and `class_`."""
        return ET.SubElement(self.root, "g", to_attributes(attributes))

    def add_line(self, group: Group, *points: complex, **attributes: str) -> None:
        d = "M" + "L".join(self._format_point(point) for point in points)
        ET.SubElement(group, "path", {"d": d} | to_attributes(attributes))

    def add_curves(self, group: Group, lines: Iterable[Sequence[complex]]) -> None:
        """Add cubic Bézier curves as one path: per line a start, then three points per curve."""
        d = "".join(self._curve_path(*points) for points in lines)
        if d:
            ET.SubElement(group, "path", {"d": d})

    def _curve_path(self, start: complex, *others: complex) -> str:
        return f"M{self._format_point(start)}C{' '.join(self._format_point(point) for point in others)}"

    def add_text(
        self, group: Group, at: complex, text: str, *, strong: str = "", align_end: bool = False
    ) -> None:
        """Add text that starts, or with `align_end` ends, at the point."""
        place = {
            "x": format_coordinate(at.real),
            "y": format_coordinate(at.imag + 0.33 * FONT_SIZE),
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
        """Return the lowest point so far."""
        return max(point.imag for point in self._extent_points)

    def to_xml(self) -> str:
        """Return the document with its view box."""
        across, down = (
            [point.real for point in self._extent_points],
            [point.imag for point in self._extent_points],
        )
        left, top = min(across) - _MARGIN, min(down) - _MARGIN
        box = (left, top, max(across) - left + _MARGIN, max(down) - top + _MARGIN)
        self.root.set("viewBox", " ".join(format_coordinate(each) for each in box))
        return ET.tostring(self.root, encoding="unicode")

    def _format_point(self, point: complex) -> str:
        self._extent_points.append(point)
        return f"{format_coordinate(point.real)} {format_coordinate(point.imag)}"
