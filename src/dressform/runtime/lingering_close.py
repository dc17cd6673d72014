"""Closing a connection on which the client still sends: it must be able to read the response first."""

import asyncio
from collections.abc import Callable

LINGER_SECONDS = 2.0
"""The time for which the rest of a body is read and dropped, after the response was sent."""
LINGER_BYTES = 16 * 1024 * 1024
MAX_LINGERING = 64
"""The connections of a process that may linger at once; the others are closed immediately."""

_lingering: set["LingeringClose"] = set()


class LingeringClose:
    """Half-closes a connection, and closes it when enough of what the client still sends was dropped.

    If a socket is closed while received bytes are unread, or more arrive, the kernel answers with a
    reset (ECONNRESET), at which the client's kernel drops the response that it has not read yet.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._bytes = 0
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Send what waits and the end of the stream, and begin to drop what arrives."""
        if self._timer is not None or self._transport.is_closing():
            return
        if len(_lingering) >= MAX_LINGERING or not self._transport.can_write_eof():
            self._transport.close()
            return
        _lingering.add(self)
        self._timer = self._loop.call_later(LINGER_SECONDS, self._transport.close)
        self._transport.write_eof()

    def drop(self, size: int) -> None:
        """Count bytes that arrived, if the connection lingers."""
        if self.is_running:
            self._bytes += size
            if self._bytes > LINGER_BYTES:
                self._transport.close()

    def stop(self) -> None:
        """Forget the connection, which is lost."""
        _lingering.discard(self)
        if self._timer is not None:
            self._timer.cancel()

    @property
    def is_running(self) -> bool:
        return self._timer is not None


class ResponseTransport:
    """The part of a transport that a response uses, with another way to close it."""

    def __init__(self, transport: asyncio.Transport, close: Callable[[], None]) -> None:
        self.write = transport.write
        self.is_closing = transport.is_closing
        self.close = close
