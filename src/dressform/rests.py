"""Long work in short pieces: between two, processor and database are left to whoever reads meanwhile."""

import gc
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")

REST = 0.5
"""How long, in lengths of the piece before it."""

_NEVER = 2**31 - 1


@contextmanager
def piece() -> Iterator[None]:
    """Keeps its whole process waiting afterwards: an event loop's own clock counts in milliseconds."""
    began = time.monotonic()
    yield
    time.sleep(REST * (time.monotonic() - began))


def in_pieces(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """So many at a time; what is done with them is the piece."""
    for begun in range(0, len(items), size):
        with piece():
            yield items[begun : begun + size]


@contextmanager
def no_long_collections() -> Iterator[None]:
    """Garbage is looked for among new objects only: to look through millions that are held takes a
    tenth of a second, and nobody gets in between.
    """
    young, middle, old = gc.get_threshold()
    gc.set_threshold(young, middle, _NEVER)
    try:
        yield
    finally:
        gc.set_threshold(young, middle, old)
