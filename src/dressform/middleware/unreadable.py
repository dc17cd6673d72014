"""Connections that break: what no middleware ever hears of.

What is too broken to become a request is answered and recorded like one all the same; an answer to
a client that is gone is nobody's error.
"""

import asyncio
import json
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from dressform.errors import Unreadable
from dressform.middleware.access_log import AccessLogMiddleware


class _Transport:
    """A connection's. uvloop's own raises when there is something to write to a client that is gone.

    uvicorn tells only the newest of several requests of a connection that it is.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    def write(self, data: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class Protocol(HttpToolsProtocol):
    """uvicorn's, which would answer what it can't read by itself, and fail where nobody listens."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(cast("asyncio.Transport", _Transport(transport)))

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002
        under_way: RequestResponseCycle | None = self.cycle
        if under_way is not None and not under_way.response_complete:
            self.transport.close()  # In the middle of a request, which has its own record.
            return
        log: AccessLogMiddleware = self.config.loaded_app.middleware_stack
        body = json.dumps(Unreadable().as_problem(log.unreadable(self.client))).encode()
        self.transport.write(
            b"HTTP/1.1 400 Bad Request\r\n"
            b"content-type: application/problem+json\r\n"
            b"cache-control: no-store\r\n"
            b"content-length: %d\r\n"
            b"connection: close\r\n\r\n%b" % (len(body), body)
        )
        self.transport.close()
