"""Conditional requests: who has the present version gets it confirmed, not sent again."""

from fastapi import Request, Response

_NOT_MODIFIED_HEADERS = ("etag", "cache-control")


def not_modified_response(request: Request, answer: Response) -> Response | None:
    """A 304 in place of `answer`, whose ETag is set, if the client has that version."""
    if not etag_matches(request, answer.headers["etag"]):
        return None
    headers = {
        name: answer.headers[name] for name in _NOT_MODIFIED_HEADERS if name in answer.headers
    }
    return Response(status_code=304, headers=headers)


def etag_matches(request: Request, tag: str) -> bool:
    """Whether If-None-Match names the version that is there."""
    known = {_strip_weak_prefix(one) for one in request.headers.get("if-none-match", "").split(",")}
    return bool(known & {_strip_weak_prefix(tag), "*"})


def _strip_weak_prefix(tag: str) -> str:
    """As RFC 9110 compares here: a weak tag equals its strong twin."""
    return tag.strip().removeprefix("W/")
