"""A parsed silhouette: its texts, positions and styles."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from xml.etree import ElementTree as ET

from dressform.sewing.silhouette import render_silhouette
from tests.sewing.bodies import WITH_BREASTS

SVG = "{http://www.w3.org/2000/svg}"
METRE: dict[str, float] = WITH_BREASTS | {"waistToFloor": 1000.0}
"""With it a drawing's scale is plain."""

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def parse_points(path: ET.Element) -> list[complex]:
    """Return all points and control points of a path."""
    numbers = [float(each) for each in _NUMBER.findall(path.attrib["d"])]
    return [complex(*pair) for pair in zip(numbers[::2], numbers[1::2], strict=True)]


@dataclass(frozen=True)
class DrawnMeasurement:
    """A measurement in the drawing."""

    kind: str
    dashed: bool
    text: str
    place: complex
    tape: list[complex]
    leader: list[complex]

    @property
    def reach(self) -> tuple[complex, complex]:
        """Return both ends of its text, if letters are half as wide as high."""
        outwards = 1 if self.place.real > 0 else -1
        return self.place, self.place + outwards * 9.5 * len(self.text)


class Sketch:
    def __init__(self, measurements: dict[str, float], *, breasts: bool, **asked: Any) -> None:
        self.text = render_silhouette(measurements, breasts=breasts, **asked)
        self.root = ET.fromstring(self.text)

    def get_text(self, tag: str) -> str:
        return "".join(self.root.find(f"{SVG}{tag}").itertext())  # type: ignore[union-attr]

    @property
    def paths(self) -> list[ET.Element]:
        return list(self.root.iter(f"{SVG}path"))

    @cached_property
    def drawn(self) -> dict[str, DrawnMeasurement]:
        groups = self.root.findall(f"{SVG}g[@data-measurement]")
        return {group.attrib["data-measurement"]: _parse_group(group) for group in groups}

    def outline(self, kind: str) -> list[complex]:
        """Return the points of the measured or estimated outline."""
        groups = self.root.findall(f"{SVG}g[@class='{kind}']")
        (group,) = (each for each in groups if _is_outline(each))
        return [point for path in group.findall(f"{SVG}path") for point in parse_points(path)]

    def get_width(self, name: str) -> float:
        tape = self.drawn[name].tape
        return abs(tape[-1] - tape[0])

    def get_level(self, name: str) -> float:
        """Return the vertical position of its leader line."""
        return self.drawn[name].leader[0].imag

    @property
    def per_mm(self) -> float:
        """Return the scale of a body whose waistToFloor is 1000 mm."""
        return (self.get_level("waistToFloor") - self.get_level("waist")) / 1000

    @property
    def view_box(self) -> tuple[float, float, float, float]:
        """Return left, top, right and bottom."""
        left, top, wide, high = map(float, self.root.attrib["viewBox"].split())
        return left, top, left + wide, top + high


def _parse_group(group: ET.Element) -> DrawnMeasurement:
    *tapes, leader = group.findall(f"{SVG}path")
    text = group.find(f"{SVG}text")
    assert text is not None
    return DrawnMeasurement(
        kind=group.attrib["class"],
        dashed="stroke-dasharray" in group.attrib,
        text="".join(text.itertext()),
        place=complex(float(text.attrib["x"]), float(text.attrib["y"])),
        tape=[point for tape in tapes for point in parse_points(tape)],
        leader=parse_points(leader),
    )


def _is_outline(group: ET.Element) -> bool:
    return "data-measurement" not in group.attrib and group.find(f"{SVG}text") is None
