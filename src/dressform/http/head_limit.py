"""No query string, cookie or other header is parsed that is longer than an endpoint could want."""

from starlette.types import ASGIApp, Receive, Scope, Send

from dressform.errors import HeadersTooLarge
from dressform.http.problem_response import send_problem

HEAD_LIMIT = 16 * 1024
"""Bytes of path, query string and headers."""
MAX_HEADERS = 100
MAX_QUERY_FIELDS = 100
"""Parameters in the query string: thousands of them take 35 ms to parse."""


class HeadLimitMiddleware:
    """Answers 431 before anything of a long request line or header is parsed."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _is_too_large(scope):
            await send_problem(scope, send, HeadersTooLarge())
        else:
            await self.app(scope, receive, send)


def _is_too_large(scope: Scope) -> bool:
    query: bytes = scope["query_string"]
    length = len(scope["raw_path"]) + len(query)
    length += sum(len(name) + len(value) for name, value in scope["headers"])
    return (
        length > HEAD_LIMIT
        or len(scope["headers"]) > MAX_HEADERS
        or query.count(b"&") >= MAX_QUERY_FIELDS
    )
