"""The HTTP/1.1 protocol of uvicorn with limits. It records requests that fail before the application."""

import asyncio
from types import SimpleNamespace

import httptools
from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from dressform import errors
from dressform.access_log.middleware import CLIENT_CLOSED_REQUEST, AccessLogMiddleware
from dressform.http.problem_response import encode_response
from dressform.runtime import connection_limit
from dressform.runtime.body_meter import BodyMeter
from dressform.runtime.deadlines import ReadDeadline
from dressform.runtime.lingering_protocol import LingeringProtocol
from dressform.runtime.request_head import MAX_UNPARSED_BYTES, PROBES, StopParsing, check_head
from dressform.runtime.write_watch import WriteWatch

_FRAMING = (b"content-length", b"transfer-encoding")
_RETRY_AFTER_SECONDS = 5


class HttpProtocol(LingeringProtocol):
    """The protocol of uvicorn with timeouts and limits; the original waits for ever and reads any amount.

    No middleware sees a request that is refused here: the refusal is a problem response, and is
    recorded in the access log. docs/decisions/0025 says why settings of uvicorn don't suffice.
    """

    _in_head = False
    _bytes_since_progress = 0
    _is_for_probes = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        # With a limit of 0 `pause_writing` is called as soon as a byte waits for the client to read.
        transport.set_write_buffer_limits(high=0)
        now, others = self.loop.time(), len(self.connections)
        self._deadline, self._meter = ReadDeadline(now), BodyMeter()
        self._write_watch = WriteWatch(transport, self.loop)
        if others > connection_limit.max_connections() - connection_limit.PROBE_CONNECTIONS:
            self._is_for_probes = True
            self._deadline.reserve_for_probe()
        self._timer = self.loop.call_at(
            self._deadline.compute(now, is_paused=False), self._on_timeout
        )
        if self.client is None:
            # The client is gone already (getpeername failed): there is no address to record.
            self._ignore_input = True
            transport.abort()
        elif others > connection_limit.max_connections():
            self._send_error(errors.Unavailable(retry_after=_RETRY_AFTER_SECONDS))

    def connection_lost(self, exc: Exception | None) -> None:
        self._timer.cancel()
        self._write_watch.stop()
        for cycle, _ in self.pipeline:
            self._access_log.record_unparsed(dict(cycle.scope), CLIENT_CLOSED_REQUEST)
        self.pipeline.clear()
        if self._in_head and not self._ignore_input:
            self._access_log.record_unparsed(self._empty_scope(), CLIENT_CLOSED_REQUEST)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._linger.drop(len(data))
        if self._ignore_input:
            return
        self._unset_keepalive_if_required()
        self._bytes_since_progress += len(data)
        self._meter.add_received(len(data))
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._decline_upgrade(data[upgrade.args[0] :])
        except httptools.HttpParserError:
            self._abort_with(errors.MalformedRequest())
        else:
            if self._bytes_since_progress > MAX_UNPARSED_BYTES:
                self._abort_with(errors.HeadersTooLarge())
            elif self._in_body and self._meter.has_too_much_framing:
                self._abort_with(errors.MalformedRequest())

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = True
        self._deadline.begin_head(self.loop.time())

    def on_header(self, name: bytes, value: bytes) -> None:
        if (
            self._in_head
        ):  # Else it is a trailer, by which a client could replace what a proxy wrote.
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        if self._ignore_input:
            return
        if len(self.pipeline) >= connection_limit.MAX_PIPELINED:
            # The client may send the rest again on another connection.
            self._ignore_input, self.pipeline[0][0].keep_alive = True, False
            raise StopParsing
        error = check_head(self.url, self.headers, version=self.parser.get_http_version())
        if error is None and self._is_for_probes and not self.url.startswith(PROBES):
            error = errors.Unavailable(retry_after=_RETRY_AFTER_SECONDS)
        if error is not None:
            self._abort_with(error)
            return
        super().on_headers_complete()
        self._in_head, self._in_body, self._bytes_since_progress = False, True, 0
        self._meter = BodyMeter()
        self._deadline.begin_body(self.loop.time())

    def on_body(self, body: bytes) -> None:
        if self._in_body:
            self._bytes_since_progress = 0
            self._meter.add_piece(len(body))
            self._deadline.extend_body(self.loop.time(), len(body))
            super().on_body(body)
            if self._meter.has_too_much_framing:
                raise StopParsing

    def on_message_complete(self) -> None:
        if self._ignore_input or self.parser.should_upgrade():
            return  # The parser does not read the body of an upgrade request.
        self._in_body, self._bytes_since_progress = False, 0
        self._deadline.clear()
        super().on_message_complete()

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
        deadline = self._deadline.compute(now, is_paused=self.flow.read_paused)
        if now < deadline:
            self._timer = self.loop.call_at(deadline, self._on_timeout)
        elif self._in_head or self._in_body:
            self._abort_with(errors.RequestTimeout())
        else:
            self.transport.close()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._write_watch.start()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._write_watch.stop()

    def _abort_with(self, error: errors.DressformError) -> None:
        """Refuse the current request, and ignore further input."""
        if self._ignore_input:
            return
        self._ignore_input = True
        latest: RequestResponseCycle | None = self.cycle
        if self._in_body:
            self.transport.close()  # The request is running, and is recorded by the middleware.
        elif latest is None or latest.response_complete:
            self._send_error(error)
        else:
            # A response now would be taken for that of an earlier, pipelined request. The connection is
            # closed after the responses to those.
            self._access_log.record_unparsed(self._empty_scope(), error.status)
            latest.keep_alive = False

    def _send_error(self, error: errors.DressformError) -> None:
        self._ignore_input = True
        request_id = self._access_log.record_unparsed(self._empty_scope(), error.status)
        headers = self._access_log.app.get_headers(request_id)
        self.transport.write(encode_response(error, request_id, headers))
        if self._in_head and not isinstance(error, errors.RequestTimeout):
            self._linger.start()  # The client may still send the rest, or a body.
        else:
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
