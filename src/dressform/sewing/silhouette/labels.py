"""Where the words beside a figure go: each as near as can be to what it is about."""

from collections.abc import Sequence
from dataclasses import dataclass

from dressform.sewing.silhouette.curves import space_apart

LINE_HEIGHT = 25.0
"""From one line of words to the next."""
_BEND, _PAUSE = 34.0, 8.0


@dataclass(frozen=True, slots=True)
class Label:
    """Where the words on a measurement begin (or end, at the left), and the line that leads there."""

    name: str
    at: complex
    leader: tuple[complex, complex, complex]


def layout_column(wanted: Sequence[tuple[complex, str]], x: float) -> list[Label]:
    """One below the other at x: labels for points and the names of what they show."""
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
