"""Conditional requests: who has the present version gets it confirmed, not sent again."""

from fastapi import Request, Response

_KEPT = ("etag", "cache-control")


def not_modified(request: Request, answer: Response) -> Response | None:
    """A 304 in place of `answer`, whose ETag is set, if the client has that version."""
    known = {_opaque(tag) for tag in request.headers.get("if-none-match", "").split(",")}
    if not known & {_opaque(answer.headers["etag"]), "*"}:
        return None
    headers = {name: answer.headers[name] for name in _KEPT if name in answer.headers}
    return Response(status_code=304, headers=headers)


def _opaque(tag: str) -> str:
    """As RFC 9110 compares here: a weak tag equals its strong twin."""
    return tag.strip().removeprefix("W/")
