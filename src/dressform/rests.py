"""Long work in short pieces: between two, processor and database are left to whoever reads meanwhile."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

REST = 0.3
"""How long, in lengths of the piece before it."""


@contextmanager
def piece() -> Iterator[None]:
    """Keeps its whole process waiting afterwards: an event loop's own clock counts in milliseconds."""
    began = time.monotonic()
    yield
    time.sleep(REST * (time.monotonic() - began))
