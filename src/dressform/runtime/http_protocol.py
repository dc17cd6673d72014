"""The HTTP/1.1 protocol of uvicorn with limits. It records requests that fail before the application."""

import asyncio
import json
import resource
from functools import cache
from http import HTTPStatus
from types import SimpleNamespace

import httptools
from starlette.types import ASGIApp, Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from dressform.access_log.middleware import CLIENT_CLOSED_REQUEST, AccessLogMiddleware
from dressform.errors import (
    DressformError,
    HeadersTooLarge,
    MalformedRequest,
    RequestTimeout,
    Unavailable,
)

MAX_HEADER_BYTES = 64 * 1024
"""The limit of bytes before the body, and between and after its chunks."""
READ_TIMEOUT_SECONDS = 20.0
"""The timeout of the head of a request, and of each pause within its body."""

_FRAMING = (b"content-length", b"transfer-encoding")
_RESERVED_FDS = 100
"""File descriptors for the database, the spool and other files."""
_RETRY_AFTER_SECONDS = 5


class HttpProtocol(HttpToolsProtocol):
    """The protocol of uvicorn with timeouts and limits; the original waits for ever and reads any amount.

    No middleware sees a request that is refused here: the refusal is a problem response, and is
    recorded in the access log. docs/decisions/0025 says why settings of uvicorn don't suffice.
    """

    _in_head = False
    _in_body = False
    _ignore_input = False
    _bytes_since_progress = 0
    _deadline_start: float | None
    _running: RequestResponseCycle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._deadline_start = self.loop.time()
        self._timer = self.loop.call_later(READ_TIMEOUT_SECONDS, self._on_timeout)
        if self.client is None:
            # The client is gone already (getpeername failed): there is no address to record.
            self._ignore_input = True
            transport.abort()
        elif len(self.connections) > _max_connections():
            self._send_error(Unavailable(retry_after=_RETRY_AFTER_SECONDS))

    def connection_lost(self, exc: Exception | None) -> None:
        self._timer.cancel()
        for cycle, _ in self.pipeline:
            self._access_log.record_unparsed(dict(cycle.scope), CLIENT_CLOSED_REQUEST)
        self.pipeline.clear()
        if self._in_head and not self._ignore_input:
            self._access_log.record_unparsed(self._empty_scope(), CLIENT_CLOSED_REQUEST)
        if self._running is not None:
            # uvicorn marks only the latest cycle; a write of an earlier one would be an error on uvloop.
            self._running.disconnected = True
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._ignore_input:
            return
        self._unset_keepalive_if_required()
        self._bytes_since_progress += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._decline_upgrade(data[upgrade.args[0] :])
        except httptools.HttpParserError:
            self._abort_with(MalformedRequest())
        else:
            if self._bytes_since_progress > MAX_HEADER_BYTES:
                self._abort_with(HeadersTooLarge())

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head, self._deadline_start = True, self.loop.time()

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._in_head, self._in_body = False, True
        self._bytes_since_progress, self._deadline_start = 0, self.loop.time()

    def on_body(self, body: bytes) -> None:
        if self._in_body:
            self._bytes_since_progress, self._deadline_start = 0, self.loop.time()
            super().on_body(body)

    def on_message_complete(self) -> None:
        if self.parser.should_upgrade():
            return  # The parser does not read the body of an upgrade request.
        self._in_body = False
        self._bytes_since_progress, self._deadline_start = 0, None
        super().on_message_complete()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGIApp) -> None:  # type: ignore[override]
        self._running = cycle
        super()._start_asgi_task(cycle, app)  # type: ignore[arg-type]

    def _decline_upgrade(self, rest: bytes) -> None:
        """Parse the body as HTTP/1.1, and close then: what follows may be another protocol.

        httptools stops at the head of an upgrade request, and uvicorn takes the body for the next one.
        """
        self.cycle.keep_alive = False
        framing = [b"%b: %b\r\n" % header for header in self.headers if header[0] in _FRAMING]
        body = SimpleNamespace(on_body=self.on_body, on_message_complete=self.on_message_complete)
        self.parser = httptools.HttpRequestParser(body)
        self.data_received(b"POST / HTTP/1.1\r\n%b\r\n%b" % (b"".join(framing), rest))

    def _on_timeout(self) -> None:
        now = self.loop.time()
        # No timeout while flow control has paused reading: the application does not read the body.
        since = self._deadline_start
        if since is None or self.flow.read_paused:
            since = now
        if now < since + READ_TIMEOUT_SECONDS:
            self._timer = self.loop.call_at(since + READ_TIMEOUT_SECONDS, self._on_timeout)
        elif self._in_head or self._in_body:
            self._abort_with(RequestTimeout())
        else:
            self.transport.close()

    def _abort_with(self, error: DressformError) -> None:
        """Refuse the current request, and ignore further input."""
        self._ignore_input = True
        latest: RequestResponseCycle | None = self.cycle
        if self._in_body:
            self.transport.close()  # The request is running, and is recorded by the middleware.
        elif latest is None or latest.response_complete:
            self._send_error(error)
        else:
            # A response now would be taken for that of an earlier, pipelined request.
            self._access_log.record_unparsed(self._empty_scope(), error.status)
            self.transport.close()

    def _send_error(self, error: DressformError) -> None:
        self._ignore_input = True
        request_id = self._access_log.record_unparsed(self._empty_scope(), error.status)
        body = json.dumps(error.as_problem(request_id)).encode()
        wait = f"retry-after: {error.retry_after}\r\n" if error.retry_after else ""
        head = (
            f"HTTP/1.1 {error.status:d} {HTTPStatus(error.status).phrase}\r\n"
            "content-type: application/problem+json\r\n"
            "cache-control: no-store\r\n"
            f"{wait}content-length: {len(body)}\r\n"
            "connection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()

    def _empty_scope(self) -> Scope:
        # Outside of a head, `self.headers` are those of an earlier request, which a proxy may have
        # sent for another client.
        headers = self.headers if self._in_head else []
        return {"client": self.client, "headers": headers, "method": ""}

    @property
    def _access_log(self) -> AccessLogMiddleware:
        log: AccessLogMiddleware = self.config.loaded_app.middleware_stack
        return log


@cache
def _max_connections() -> int:
    """Return the number of connections that the limit of open files allows."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(files - _RESERVED_FDS, _RESERVED_FDS)
