"""A thread pool with a bounded queue, for CPU-bound work."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore
from typing import TypeVar

from dressform.errors import Unavailable

RETRY_AFTER_SECONDS = 2

Result = TypeVar("Result")


class BoundedExecutor:
    """A thread pool that refuses calls beyond a number of queued ones.

    Unlike a semaphore of asyncio it belongs to no event loop.
    """

    def __init__(self, name: str, *, threads: int, max_queued: int) -> None:
        self._name = name
        self._executor = ThreadPoolExecutor(threads, name)
        self._capacity = BoundedSemaphore(threads + max_queued)

    async def run(self, call: Callable[[], Result]) -> Result:
        """Run a call in a thread and return its result. Raise Unavailable when the queue is
        full.
        """
        if not self._capacity.acquire(blocking=False):
            raise Unavailable(
                reason=f"the queue of {self._name} is full", retry_after=RETRY_AFTER_SECONDS
            )
        future = self._executor.submit(call)
        # Not when the caller is cancelled: the thread continues all the same.
        future.add_done_callback(lambda _: self._capacity.release())
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """Cancel queued calls. Running ones finish in the background."""
        self._executor.shutdown(wait=False, cancel_futures=True)
