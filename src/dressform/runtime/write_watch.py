"""The deadline of a client that does not read what is sent to it."""

import asyncio

from dressform.runtime import deadlines


class WriteWatch:
    """Closes a connection on which data wait, unless the client goes on reading them."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begin to watch, when data wait."""
        size = self._transport.get_write_buffer_size()
        self._timer = self._loop.call_later(deadlines.WRITE_TIMEOUT_SECONDS, self._check, size)

    def stop(self) -> None:
        """Stop watching, when all data were read or the connection is closed."""
        if self._timer is not None:
            self._timer.cancel()

    def _check(self, size_before: int) -> None:
        size = self._transport.get_write_buffer_size()
        if size > size_before - deadlines.MIN_PROGRESS_BYTES:
            self._transport.abort()
        else:
            self.start()
