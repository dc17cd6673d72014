"""Problem responses (RFC 9457) of layers that lie outside of the application's exception handlers."""

import json
from http import HTTPStatus

from starlette.types import Receive, Scope, Send

from dressform.errors import DressformError, Unavailable

Headers = list[tuple[bytes, bytes]]

_RETRY_AFTER_SECONDS = 5


def encode_problem(error: DressformError, request_id: object) -> tuple[Headers, bytes]:
    """Return the headers and the body of the response to an error."""
    body = json.dumps(error.as_problem(request_id)).encode()
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(body)).encode()),
    ]
    if error.retry_after is not None:
        headers.append((b"retry-after", str(error.retry_after).encode()))
    return headers, body


def encode_response(error: DressformError, request_id: object, headers: Headers) -> bytes:
    """Return the whole HTTP/1.1 response to an error, after which the connection is closed."""
    own, body = encode_problem(error, request_id)
    lines = [b"%b: %b" % header for header in (*own, *headers, (b"connection", b"close"))]
    status = b"HTTP/1.1 %d %b" % (error.status, HTTPStatus(error.status).phrase.encode())
    return b"\r\n".join((status, *lines, b"", body))


async def send_problem(scope: Scope, send: Send, error: DressformError) -> None:
    """Send the response to an error. The connection is closed, since a body may not have been read."""
    headers, body = encode_problem(error, scope["state"]["request_id"])
    headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": error.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def send_unavailable(scope: Scope, _: Receive, send: Send) -> None:
    """Send a 503 in place of handling the request."""
    await send_problem(scope, send, Unavailable(retry_after=_RETRY_AFTER_SECONDS))
