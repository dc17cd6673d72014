"""One line a request, whatever becomes of it: the visitor's address, for diagnosis alone."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from http import HTTPStatus
from time import perf_counter_ns
from uuid import UUID

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dressform.clock import Clock
from dressform.crypto.secrets import new_id
from dressform.middleware.client_address import ClientAddress

CLIENT_CLOSED_REQUEST = 499
"""What is recorded when the client went away before there was an answer."""

UNMATCHED = "(none)"


class AccessLogMiddleware:
    """The outermost layer. `append` takes a line in the text format of COPY; `room` waits for it."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        append: Callable[[bytes], None],
        room: Callable[[], Awaitable[None]],
        addresses: ClientAddress,
        clock: Clock,
    ) -> None:
        self.app = app
        self._append = append
        self._room = room
        self._addresses = addresses
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        at, started = self._clock(), perf_counter_ns()
        request_id = new_id()
        scope.setdefault("state", {})["request_id"] = request_id
        await self._room()
        status = CLIENT_CLOSED_REQUEST
        recorded = False

        def record(final: int) -> None:
            nonlocal recorded
            recorded = True
            microseconds = (perf_counter_ns() - started) // 1000
            self._record(scope, at, request_id, status=final, microseconds=microseconds)

        async def recording_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            elif message["type"] == "http.response.body" and not message.get("more_body"):
                record(status)
            await send(message)

        try:
            await self.app(scope, receive, recording_send)
        finally:
            if not recorded:
                record(status)

    def unreadable(self, client: tuple[str, int] | None) -> UUID:
        """Record what never became a request; gives the id that it would have had."""
        request_id = new_id()
        scope: Scope = {"client": client, "headers": [], "method": ""}
        self._record(
            scope, self._clock(), request_id, status=HTTPStatus.BAD_REQUEST, microseconds=0
        )
        return request_id

    def _record(
        self, scope: Scope, at: datetime, request_id: UUID, *, status: int, microseconds: int
    ) -> None:
        self._append(
            f"{at.isoformat()}\t{self._addresses.of(scope)}\t{_method(scope)}\t{_route(scope)}\t"
            f"{status}\t{microseconds}\t{request_id}\n".encode()
        )


def _method(scope: Scope) -> str:
    method: str = scope["method"]
    return method if method.isascii() and method.isalpha() and len(method) <= 16 else "OTHER"  # noqa: PLR2004


def _route(scope: Scope) -> str:
    """The template, never the path: a path can hold names."""
    return getattr(scope.get("route"), "path", UNMATCHED)
