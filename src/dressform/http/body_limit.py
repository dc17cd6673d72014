"""No body larger than an endpoint could want is read to its end."""

import json

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dressform.errors import TooLarge

JSON_LIMIT = 256 * 1024
PICTURE_LIMIT = 10 * 1024 * 1024
FILE_LIMIT = 1024 * 1024

MAX_JSON_PARTS = 5_000
"""Commas and opening brackets in a JSON body, also within its texts. An endpoint needs some hundred
and a long text a few thousand; to make 85,000 objects of a body takes 15 ms.
"""

_FILES = "/v1/models/import"


class BodyLimitMiddleware:
    """Answers 413 as soon as the length is known to be over, declared or counted."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        if b"content-length" not in headers and b"transfer-encoding" not in headers:
            await self.app(scope, receive, send)  # No body comes.
            return
        limit = _limit(scope, headers)
        if _exceeds(headers.get(b"content-length", b"0"), limit):
            await _send_too_large(scope, send)
            return
        await self._limit_stream(scope, receive, send, limit)

    async def _limit_stream(self, scope: Scope, receive: Receive, send: Send, limit: int) -> None:
        seen = parts = 0
        refused = started = False

        async def counting_receive() -> Message:
            nonlocal seen, parts, refused
            message = await receive()
            body = message.get("body", b"")
            seen += len(body)
            if limit == JSON_LIMIT:
                parts += body.count(b",") + body.count(b"[") + body.count(b"{")
            if seen <= limit and parts <= MAX_JSON_PARTS:
                return message
            if not refused and not started:
                refused = True
                await _send_too_large(scope, send)
            # To the endpoint it looks as if the client had gone: it stops reading.
            return {"type": "http.disconnect"}

        async def send_unless_refused(message: Message) -> None:
            nonlocal started
            started = True
            if not refused:
                await send(message)

        await self.app(scope, counting_receive, send_unless_refused)


def _limit(scope: Scope, headers: dict[bytes, bytes]) -> int:
    if scope["path"] == _FILES:
        return FILE_LIMIT
    is_picture = headers.get(b"content-type", b"").lower().startswith(b"image/")
    return PICTURE_LIMIT if is_picture else JSON_LIMIT


def _exceeds(declared: bytes, limit: int) -> bool:
    digits = declared.lstrip(b"0")
    # Compared by length first: Python refuses to read a number of thousands of digits.
    return digits.isdigit() and (len(digits) > len(str(limit)) or int(digits) > limit)


async def _send_too_large(scope: Scope, send: Send) -> None:
    body = json.dumps(TooLarge().as_problem(scope["state"]["request_id"])).encode()
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": TooLarge.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
