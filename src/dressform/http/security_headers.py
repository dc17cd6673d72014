"""Headers of every response: the id of the request, and restrictions for browsers."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_DEFAULTS = (
    (b"cache-control", b"no-store"),
    (
        b"content-security-policy",
        b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (b"cross-origin-resource-policy", b"same-site"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)
_HTTPS = (b"strict-transport-security", b"max-age=63072000; includeSubDomains")


class HeadersMiddleware:
    """Adds the headers that an endpoint did not set."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self.app = app
        self._defaults = (*_DEFAULTS, _HTTPS) if https else _DEFAULTS

    def get_headers(self, request_id: object) -> list[tuple[bytes, bytes]]:
        """Return the headers of a response that sets none of them itself."""
        return [(b"x-request-id", str(request_id).encode()), *self._defaults]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                set_already = {name for name, _ in message["headers"]}
                defaults = self.get_headers(scope["state"]["request_id"])
                message["headers"] = [
                    *message["headers"],
                    *(header for header in defaults if header[0] not in set_already),
                ]
            await send(message)

        await self.app(scope, receive, send_with_headers)
