"""HTTP/1.1 as uvicorn speaks it, with bounds, and a record of all that never becomes a request."""

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
"""Bytes of a request before its body; as many of what stands between or behind pieces of it."""
READ_TIMEOUT_SECONDS = 20.0
"""Seconds for all that stands before a body, and between two pieces of it."""

_FRAMING = (b"content-length", b"transfer-encoding")
_RESERVED_FDS = 100
"""For the database, the spool, and whatever else a process opens."""
_RETRY_AFTER_SECONDS = 5


class HttpProtocol(HttpToolsProtocol):
    """uvicorn's would answer what it can't read by itself, wait for ever, and take any amount.

    Middleware hears of none of this: what is refused here is answered as a problem, and recorded.
    Which settings of uvicorn do not do it, and what was tried, is in docs/decisions/0025.
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
            # Gone before we came: what it asked for would be done for nobody, without an address.
            self._ignore_input = True
            transport.abort()
        elif len(self.connections) > _max_connections():
            self._send_error(Unavailable(retry_after=_RETRY_AFTER_SECONDS))

    def connection_lost(self, exc: Exception | None) -> None:
        self._timer.cancel()
        for cycle, _ in self.pipeline:
            self._log.record_unparsed(dict(cycle.scope), CLIENT_CLOSED_REQUEST)
        self.pipeline.clear()
        if self._in_head and not self._ignore_input:
            self._log.record_unparsed(self._empty_scope(), CLIENT_CLOSED_REQUEST)
        if self._running is not None:
            # uvicorn tells the latest request alone; another one's answer is an error on uvloop then.
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
            return  # The parser leaves its body unread.
        self._in_body = False
        self._bytes_since_progress, self._deadline_start = 0, None
        super().on_message_complete()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGIApp) -> None:  # type: ignore[override]
        self._running = cycle
        super()._start_asgi_task(cycle, app)  # type: ignore[arg-type]

    def _decline_upgrade(self, rest: bytes) -> None:
        """Read the body as HTTP/1.1, then no further: what follows may be another protocol's.

        The parser stops at the head of such a request, and uvicorn takes its body for the next one.
        """
        self.cycle.keep_alive = False
        framing = [b"%b: %b\r\n" % header for header in self.headers if header[0] in _FRAMING]
        body = SimpleNamespace(on_body=self.on_body, on_message_complete=self.on_message_complete)
        self.parser = httptools.HttpRequestParser(body)
        self.data_received(b"POST / HTTP/1.1\r\n%b\r\n%b" % (b"".join(framing), rest))

    def _on_timeout(self) -> None:
        now = self.loop.time()
        # A body that the application does not read is not late.
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
        """Refuse what is being read, and read no more."""
        self._ignore_input = True
        latest: RequestResponseCycle | None = self.cycle
        if self._in_body:
            self.transport.close()  # In the middle of a request, which has its own record.
        elif latest is None or latest.response_complete:
            self._send_error(error)
        else:
            # A refusal now would be taken for the answer to a request before it.
            self._log.record_unparsed(self._empty_scope(), error.status)
            self.transport.close()

    def _send_error(self, error: DressformError) -> None:
        self._ignore_input = True
        request_id = self._log.record_unparsed(self._empty_scope(), error.status)
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
        # The parser tells of a header when the next one begins. Outside of a head, those that are
        # known are another request's, maybe another visitor's.
        headers = self.headers if self._in_head else []
        return {"client": self.client, "headers": headers, "method": ""}

    @property
    def _log(self) -> AccessLogMiddleware:
        log: AccessLogMiddleware = self.config.loaded_app.middleware_stack
        return log


@cache
def _max_connections() -> int:
    """As many as the limit of open files leaves room for."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(files - _RESERVED_FDS, _RESERVED_FDS)
