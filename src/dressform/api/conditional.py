"""Conditional requests (RFC 9110): a client with the current version gets a 304."""

from fastapi import Request, Response

_NOT_MODIFIED_HEADERS = ("etag", "cache-control")


def not_modified_response(request: Request, answer: Response) -> Response | None:
    """Return a 304 in place of `answer`, whose ETag is set, if the client has that version."""
    if not etag_matches(request, answer.headers["etag"]):
        return None
    headers = {
        name: answer.headers[name] for name in _NOT_MODIFIED_HEADERS if name in answer.headers
    }
    return Response(status_code=304, headers=headers)


def etag_matches(request: Request, tag: str) -> bool:
    """Return whether If-None-Match lists this ETag."""
    known = {_strip_weak_prefix(one) for one in request.headers.get("if-none-match", "").split(",")}
    return bool(known & {_strip_weak_prefix(tag), "*"})


def _strip_weak_prefix(tag: str) -> str:
    """Return the tag for the weak comparison of RFC 9110, section 8.8.3.2."""
    return tag.strip().removeprefix("W/")
