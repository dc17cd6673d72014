"""An SVG document for charts, without scripts and links."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from xml.etree import ElementTree as ET

from dressform.opendata.files.charts.text_width import fit_size, wrap_text
from dressform.sewing.svg import create_svg, format_coordinate, to_attributes

CLASSES = {"with_breasts": "one", "without_breasts": "other"}
"""The classes of the flags, in blue and orange, which color-blind readers can distinguish."""

# Each rule is scoped to this class, so that an inline chart does not style its page.
_RULES = {
    "": "color:#2e3338",
    " .one": "fill:#1d6fa5;stroke:#1d6fa5",
    " .other": "fill:#b4501a;stroke:#b4501a",
    " .line": "fill:none;stroke-width:2.4",
    " .area": "fill-opacity:.13;stroke:none",
    " .dot": "fill-opacity:.7;stroke:none",
    " .unsure": "fill:currentColor;stroke:none;opacity:.4",
    " .noise": "fill:currentColor;opacity:.06",
    " .hatch": "fill:none;stroke:currentColor;stroke-width:.8;opacity:.28",
    " .median": "fill:#fff",
    " .with": "fill:#1d6fa5",
    " .against": "fill:#b4501a",
    " text": "fill:currentColor;stroke:none",
    " text.one": "fill:#1d6fa5;stroke:none",
    " text.other": "fill:#b4501a;stroke:none",
    " text.cell": "font-size:9.5px;text-anchor:middle",
    " text.light": "fill:#fff",
    " .strong": "font-weight:600",
    " .quiet": "opacity:.72",
    " .grid": "stroke:currentColor;stroke-width:1;opacity:.15",
    " .axis": "stroke:currentColor;stroke-width:1;opacity:.55",
}
_DARK = {
    "": "color:#e9e5de",
    " .one": "fill:#79bdf0;stroke:#79bdf0",
    " .other": "fill:#f3a36b;stroke:#f3a36b",
    " .median": "fill:#16181b",
    " .with": "fill:#4aa3e6",
    " .against": "fill:#e0803f",
    " text": "fill:currentColor;stroke:none",
    " text.one": "fill:#79bdf0;stroke:none",
    " text.other": "fill:#f3a36b;stroke:none",
    " text.light": "fill:#fff",
    " .line": "fill:none",
    " .area": "stroke:none",
    " .dot": "stroke:none",
}
_CLASS = "dressform-chart"
_HEADING = 22.0


def _build_style() -> str:
    def format_rules(rules: Mapping[str, str]) -> str:
        return "".join(f".{_CLASS}{where}{{{rule}}}" for where, rule in rules.items())

    dark = f"@media(prefers-color-scheme:dark){{{format_rules(_DARK)}}}"
    return f".{_CLASS}:root{{color-scheme:light dark}}{format_rules(_RULES)}{dark}"


class Chart:
    """Collects the elements of one chart."""

    def __init__(
        self, width: float, height: float, *, language: str, title: str, description: str
    ) -> None:
        self.root = create_svg(
            _CLASS,
            font_size=13,
            language=language,
            title=title,
            description=description,
            style=_build_style(),
        )
        self.root.set("viewBox", f"0 0 {format_coordinate(width)} {format_coordinate(height)}")

    def add_text(
        self, x: float, y: float, text: str, class_names: str = "", **attributes: str
    ) -> None:
        """Add text; attribute names are Python identifiers such as `text_anchor`."""
        element = self._add_element(
            "text", class_names, {"x": format_coordinate(x), "y": format_coordinate(y)}, attributes
        )
        element.text = text

    def add_paragraph(
        self, x: float, y: float, text: str, width: float, *, size: float, leading: float
    ) -> None:
        """Add quiet text, wrapped to the width."""
        for place, line in enumerate(wrap_text(text, size, width)):
            self.add_text(x, y + place * leading, line, "quiet", font_size=format_coordinate(size))

    def add_heading(self, x: float, y: float, text: str, width: float) -> None:
        """Add the chart's title in a font size that fits the width."""
        size = fit_size(text, _HEADING, width, bold=True)
        self.add_text(x, y, text, "strong", font_size=format_coordinate(size))

    def add_line(
        self, points: Sequence[tuple[float, float]], class_names: str, **attributes: str
    ) -> None:
        d = "M" + "L".join(f"{format_coordinate(x)} {format_coordinate(y)}" for x, y in points)
        self._add_element("path", class_names, {"d": d}, attributes)

    def add_curve(
        self, points: Sequence[tuple[float, float]], class_names: str, *, floor: float | None = None
    ) -> None:
        """Add a smooth curve along the points; with `floor`, the area below it."""
        (x, y), *others = points
        d = f"M{format_coordinate(x)} {format_coordinate(y)}"
        for (x, y), (next_x, next_y) in pairwise(others):
            middle = f"{format_coordinate((x + next_x) / 2)} {format_coordinate((y + next_y) / 2)}"
            d += f"Q{format_coordinate(x)} {format_coordinate(y)} {middle}"
        if others:
            d += f"L{format_coordinate(others[-1][0])} {format_coordinate(others[-1][1])}"
        if floor is not None:
            d += f"V{format_coordinate(floor)}H{format_coordinate(points[0][0])}Z"
        self._add_element("path", class_names, {"d": d}, {})

    def add_hatch(
        self, x: float, y: float, width: float, height: float, *, step: float = 6
    ) -> None:
        """Add diagonal lines over a rectangle. A pattern would need an id that is unique on its page."""
        d = ""
        for at in range(int(step), int(width + height), int(step)):
            over, under = max(0.0, at - height), max(0.0, at - width)
            d += f"M{format_coordinate(x + over)} {format_coordinate(y + at - over)}"
            d += f"L{format_coordinate(x + at - under)} {format_coordinate(y + under)}"
        self._add_element("path", "hatch", {"d": d}, {})

    def add_band(self, x: float, y: float, width: float, height: float) -> None:
        """Add a hatched rectangle that marks values which may be noise."""
        place = {"x": x, "y": y, "width": width, "height": height}
        self._add_element(
            "rect", "noise", {name: format_coordinate(at) for name, at in place.items()}, {}
        )
        self.add_hatch(x, y, width, height)

    def add_circle(
        self, x: float, y: float, radius: float, class_names: str, **attributes: str
    ) -> None:
        place = {
            "cx": format_coordinate(x),
            "cy": format_coordinate(y),
            "r": format_coordinate(radius),
        }
        self._add_element("circle", class_names, place, attributes)

    def add_diamond(self, x: float, y: float, radius: float, class_names: str) -> None:
        r = 1.25 * radius
        self.add_line([(x - r, y), (x, y - r), (x + r, y), (x, y + r), (x - r, y)], class_names)

    def add_square(
        self, x: float, y: float, side: float, class_names: str, **attributes: str
    ) -> None:
        place = {
            "x": format_coordinate(x),
            "y": format_coordinate(y),
            "width": format_coordinate(side),
            "height": format_coordinate(side),
        }
        self._add_element("rect", class_names, place, attributes)

    def to_bytes(self) -> bytes:
        return f"{ET.tostring(self.root, encoding='unicode')}\n".encode()

    def _add_element(
        self, tag: str, class_names: str, place: dict[str, str], attributes: Mapping[str, str]
    ) -> ET.Element:
        classes = {"class": class_names} if class_names else {}
        return ET.SubElement(self.root, tag, classes | place | to_attributes(attributes))
