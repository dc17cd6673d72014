"""The layout of labels beside a figure, each as close as possible to its point."""

from collections.abc import Sequence
from dataclasses import dataclass

from dressform.sewing.silhouette.curves import space_apart

LINE_HEIGHT = 25.0
"""The distance between two lines of text."""
_BEND, _PAUSE = 34.0, 8.0


@dataclass(frozen=True, slots=True)
class Label:
    """The place of a label's text, which ends there if it is at the left, and its leader line."""

    name: str
    at: complex
    leader: tuple[complex, complex, complex]


def layout_column(wanted: Sequence[tuple[complex, str]], x: float) -> list[Label]:
    """Return labels in one column at x, for pairs of a point and a name."""
    ordered = sorted(wanted, key=lambda each: each[0].imag)
    heights = space_apart((start.imag for start, _ in ordered), LINE_HEIGHT)
    return [
        _place_label(name, start, complex(x, y))
        for (start, name), y in zip(ordered, heights, strict=True)
    ]


def _place_label(name: str, start: complex, at: complex) -> Label:
    inwards = -1 if at.real > start.real else 1
    bend = complex(at.real + inwards * _BEND, start.imag)
    return Label(name, at, (start, bend, at + inwards * _PAUSE))
