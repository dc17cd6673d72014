"""Long computations of requests in short slices, between which other requests are handled."""

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import TypeVar

SLICE_SECONDS = 0.002

Item = TypeVar("Item")
Result = TypeVar("Result")


class TimeSlices:
    """Runs one computation at a time, so that all of them together take one slice of each turn of
    the event loop.
    """

    def __init__(self) -> None:
        self._lock = asyncio.Lock()

    async def map(self, function: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
        """Return the result for each item. A slice ends with the item that exceeds it."""
        results: list[Result] = []
        async with self._lock:
            ends_at = time.perf_counter() + SLICE_SECONDS
            for item in items:
                results.append(function(item))
                if time.perf_counter() > ends_at:
                    await asyncio.sleep(0)
                    ends_at = time.perf_counter() + SLICE_SECONDS
        return results
