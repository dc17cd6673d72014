"""Limits of request bodies: for each by its path, and for all that are being received together."""

import re
from collections.abc import Sequence

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dressform.errors import DressformError, TooLarge, Unavailable
from dressform.http.problem_response import send_problem

UNCOUNTED_BYTES = 16 * 1024
"""The part of each body that is not counted in the budget, so that short requests are always served."""
BUDGET_BYTES = 128 * 1024 * 1024
"""The memory for the bodies of all requests of a process that are not yet answered."""
RETRY_AFTER_SECONDS = 5

MAX_JSON_PARTS = 5_000
"""Commas and opening brackets in a JSON body, also within its texts. An endpoint needs some hundred
and a long text a few thousand; to make 85,000 objects of a body takes 15 ms.
"""


class BodyLimitMiddleware:
    """Refuses a body as soon as its length is over the limit of its path, declared or received: 413.

    A body beyond the budget of the process is refused with 503.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        default: int,
        by_path: Sequence[tuple[re.Pattern[str], int]] = (),
        budget: int = BUDGET_BYTES,
    ) -> None:
        self.app = app
        self._default = default
        self._by_path = by_path
        self._free_bytes = budget

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        if b"content-length" not in headers and b"transfer-encoding" not in headers:
            await self.app(scope, receive, send)  # No body comes.
            return
        limit = self._get_limit(scope["path"])
        if _exceeds(headers.get(b"content-length", b"0"), limit):
            await send_problem(scope, send, TooLarge())
            return
        await self._limit_stream(scope, receive, send, limit)

    async def _limit_stream(self, scope: Scope, receive: Receive, send: Send, limit: int) -> None:
        seen = counted = parts = 0
        refused = started = False

        async def counting_receive() -> Message:
            nonlocal seen, counted, parts, refused
            message = await receive()
            body = message.get("body", b"")
            seen += len(body)
            if limit == self._default:
                parts += body.count(b",") + body.count(b"[") + body.count(b"{")
            more = max(seen - UNCOUNTED_BYTES, 0) - counted
            error = self._check(seen > limit or parts > MAX_JSON_PARTS, more)
            if error is None:
                counted += more
                self._free_bytes -= more
                return message
            if not refused and not started:
                refused = True
                await send_problem(scope, send, error)
            # To the endpoint it looks as if the client had gone: it stops reading.
            return {"type": "http.disconnect"}

        async def send_unless_refused(message: Message) -> None:
            nonlocal started
            started = True
            if not refused:
                await send(message)

        try:
            await self.app(scope, counting_receive, send_unless_refused)
        finally:
            self._free_bytes += counted

    def _get_limit(self, path: str) -> int:
        for pattern, limit in self._by_path:
            if pattern.fullmatch(path):
                return limit
        return self._default

    def _check(self, is_too_large: bool, more: int) -> DressformError | None:  # noqa: FBT001
        if is_too_large:
            return TooLarge()
        if more > self._free_bytes:
            return Unavailable(
                reason="too many large bodies at once", retry_after=RETRY_AFTER_SECONDS
            )
        return None


def _exceeds(declared: bytes, limit: int) -> bool:
    digits = declared.lstrip(b"0")
    # Compared by length first: Python refuses to read a number of thousands of digits.
    return digits.isdigit() and (len(digits) > len(str(limit)) or int(digits) > limit)
