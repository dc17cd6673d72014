"""The access log: one line per request, with the address of the client, for diagnosis only."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from time import perf_counter_ns

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dressform.access_log.client_address import TrustedProxies
from dressform.access_log.shipper import Shipper
from dressform.access_log.spool import Spool
from dressform.clock import Clock
from dressform.crypto.secrets import timed_id_text
from dressform.http.security_headers import HeadersMiddleware

CLIENT_CLOSED_REQUEST = 499
"""The status that is recorded when the client disconnects before the response (nginx)."""

UNMATCHED = "(none)"
PRIVACY_ACT = "/v1/privacy/*"
"""Written in the place of the route of a consent, an export, a restriction or an erasure."""

_PRIVACY = "/v1/privacy/"
_PUBLIC_ROUTES = frozenset({"/v1/privacy/notice", "/v1/privacy/status"})

_LIVENESS = "/health/live"
PROBES = frozenset({_LIVENESS, "/health/ready", "/metrics"})
"""Paths that monitoring requests every few seconds; a setting leaves them out of the log."""
_STANDARD_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})


class AccessLogMiddleware:
    """The outermost middleware. `shipper` returns the shipper with the current spool, and
    `unavailable` answers requests that can't be recorded.

    The line is written before the first byte of the response: a response may be a head alone.

    Every request pays for each call and each coroutine in here, so there are few.
    """

    def __init__(
        self,
        app: HeadersMiddleware,
        *,
        unavailable: ASGIApp,
        shipper: Callable[[], Shipper],
        proxies: TrustedProxies,
        clock: Clock,
        log_probes: bool = True,
    ) -> None:
        self.app = app
        self._unavailable = unavailable
        self._shipper = shipper
        self._proxies = proxies
        self._clock = clock
        self._unlogged_paths = frozenset() if log_probes else PROBES

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        at, started = self._clock(), perf_counter_ns()
        request_id = timed_id_text()
        scope.setdefault("state", {})["request_id"] = request_id
        shipper = self._shipper()
        app: ASGIApp = self.app
        append: Callable[[Spool, bytes], None] = Spool.append
        if shipper.spool.is_full and not shipper.has_room():
            app = app if scope["path"] == _LIVENESS else self._unavailable
            append = Spool.append_if_room
        if scope["path"] in self._unlogged_paths:
            append = _discard_line
        is_recorded = False

        def send_wrapper(message: Message) -> Awaitable[None]:
            nonlocal is_recorded
            if message["type"] == "http.response.start":
                is_recorded = True
                line = self._format_line(scope, at, started, request_id, message["status"])
                append(shipper.spool, line)
            return send(message)

        try:
            await app(scope, receive, send_wrapper)
        finally:
            if not is_recorded:
                line = self._format_line(scope, at, started, request_id, CLIENT_CLOSED_REQUEST)
                append(shipper.spool, line)

    def record_unparsed(self, scope: Scope, status: int) -> str:
        """Record a request that never reached the application. Return its request id."""
        request_id = timed_id_text()
        line = self._format_line(scope, self._clock(), perf_counter_ns(), request_id, status)
        self._shipper().spool.append_if_room(line)
        return request_id

    def _format_line(
        self, scope: Scope, at: datetime, started: int, request_id: str, status: int
    ) -> bytes:
        method = scope["method"]
        if method not in _STANDARD_METHODS:
            method = _sanitize_method(method)
        # The template, never the path: a path can hold names.
        route = getattr(scope.get("route"), "path", UNMATCHED)
        microseconds = (perf_counter_ns() - started) // 1000
        if _is_privacy_act(scope, route):
            method, route, microseconds = "ANY", PRIVACY_ACT, 0
            status = 500 if status >= 500 else 200  # noqa: PLR2004
        return (
            f"{at.isoformat()}\t{self._proxies.client_host(scope)}\t{method}\t{route}\t"
            f"{status:d}\t{microseconds}\t{request_id}\n".encode()
        )


def _is_privacy_act(scope: Scope, route: str) -> bool:
    """Return whether a line must not say what was asked for.

    The database dates a member's privacy requests by day: method, status or duration would connect
    that day's only erasure with an address. So would a refusal of a restricted account.
    """
    if route.startswith(_PRIVACY):
        return route not in _PUBLIC_ROUTES
    return "is_restricted" in scope.get("state", ())


def _discard_line(_spool: Spool, _line: bytes) -> None:
    """Append nothing: the line of a probe is not recorded."""


def _sanitize_method(method: str) -> str:
    return method if method.isascii() and method.isalpha() and len(method) <= 16 else "OTHER"  # noqa: PLR2004
