"""The response to a request that cannot be recorded in the access log."""

import json

from starlette.types import Receive, Scope, Send

from dressform.errors import Unavailable

_RETRY_AFTER_SECONDS = 5


async def send_unavailable(scope: Scope, _: Receive, send: Send) -> None:
    """Send a 503 in place of handling the request."""
    error = Unavailable(retry_after=_RETRY_AFTER_SECONDS)
    body = json.dumps(error.as_problem(scope["state"]["request_id"])).encode()
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(body)).encode()),
        (b"retry-after", str(_RETRY_AFTER_SECONDS).encode()),
    ]
    await send({"type": "http.response.start", "status": error.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
