"""A queue for what keeps a core busy: whoever comes when it is full is told so at once."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore
from typing import TypeVar

from dressform.errors import Unavailable

RETRY_AFTER_SECONDS = 2

Result = TypeVar("Result")


class BoundedExecutor:
    """Threads of its own, and a number of calls that may wait for one.

    A pool does what a semaphore of asyncio would, and belongs to no event loop.
    """

    def __init__(self, name: str, *, threads: int, max_queued: int) -> None:
        self._executor = ThreadPoolExecutor(threads, name)
        self._capacity = BoundedSemaphore(threads + max_queued)

    async def run(self, call: Callable[[], Result]) -> Result:
        """What it returns. Raises Unavailable when too many wait already."""
        if not self._capacity.acquire(blocking=False):
            raise Unavailable(retry_after=RETRY_AFTER_SECONDS)
        future = self._executor.submit(call)
        # Not when whoever asked gives up: the thread works on all the same.
        future.add_done_callback(lambda _: self._capacity.release())
        return await asyncio.wrap_future(future)
