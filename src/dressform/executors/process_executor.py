"""Child processes with a bounded queue, for work that would hold the interpreter's lock or memory."""

from collections.abc import Callable
from functools import partial
from queue import SimpleQueue
from typing import Any, TypeVar

from dressform.errors import Unavailable
from dressform.executors.bounded_executor import RETRY_AFTER_SECONDS, BoundedExecutor
from dressform.executors.child_process import ChildLostError, ChildProcess

Result = TypeVar("Result")


class ProcessExecutor:
    """A number of child processes, which refuses calls beyond a number of queued ones."""

    def __init__(
        self,
        name: str,
        *,
        processes: int,
        max_queued: int,
        max_seconds: float,
        max_cpu_seconds: float,
        max_memory: int,
    ) -> None:
        self._name = name
        self._threads = BoundedExecutor(name, threads=processes, max_queued=max_queued)
        self._children = [
            ChildProcess(
                max_seconds=max_seconds, max_cpu_seconds=max_cpu_seconds, max_memory=max_memory
            )
            for _ in range(processes)
        ]
        self._idle: SimpleQueue[ChildProcess] = SimpleQueue()
        for child in self._children:
            self._idle.put(child)

    async def run(self, call: Callable[..., Result], *args: Any) -> Result:
        """Run a function of a module in a child.

        Raise Unavailable when the queue is full, or the child was lost by no fault of the call;
        CallTooSlowError or CallCrashedError when it takes too much processor time or memory.
        """
        return await self._threads.run(partial(self._run_in_child, call, args))

    def _run_in_child(self, call: Callable[..., Result], args: tuple[Any, ...]) -> Result:
        child = self._idle.get()
        try:
            return child.run(call, *args)
        except ChildLostError:
            raise Unavailable(
                reason=f"a process of {self._name} was lost", retry_after=RETRY_AFTER_SECONDS
            ) from None
        finally:
            self._idle.put(child)

    def close(self) -> None:
        """Cancel queued calls, and kill the children with the calls that they compute."""
        self._threads.close()
        for child in self._children:
            child.close()
