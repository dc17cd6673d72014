"""The protocol of uvicorn, which drops the rest of a body before it closes the connection."""

import asyncio
from functools import partial

from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from dressform.runtime.lingering_close import LingeringClose, ResponseTransport


class LingeringProtocol(HttpToolsProtocol):
    """Lets a client that is still sending read a response after which the connection is closed."""

    _in_body = False
    _ignore_input = False
    _running: RequestResponseCycle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._linger = LingeringClose(transport, self.loop)

    def connection_lost(self, exc: Exception | None) -> None:
        self._linger.stop()
        if self._running is not None:
            # uvicorn marks only the latest cycle; a write of an earlier one would be an error on uvloop.
            self._running.disconnected = True
        super().connection_lost(exc)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        if self._linger.is_running:
            self._ignore_input = True
            self.transport.close()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGIApp) -> None:  # type: ignore[override]
        self._running = cycle
        close = partial(self._close_after_response, cycle)
        cycle.transport = ResponseTransport(self.transport, close)  # type: ignore[assignment]
        super()._start_asgi_task(cycle, app)  # type: ignore[arg-type]

    def _close_after_response(self, cycle: RequestResponseCycle) -> None:
        if self._in_body and cycle is self.cycle and cycle.response_complete:
            self._linger.start()
        else:
            self.transport.close()
