"""Conditional and range requests (RFC 9110, sections 13 and 14)."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

from fastapi import Request, Response

from dressform.errors import RangeNotSatisfiable

_NOT_MODIFIED_HEADERS = ("etag", "cache-control")
# No file has 10**18 bytes; a range with more digits is ignored.
_RANGE = re.compile(r"bytes=[ \t]*([0-9]{0,18})-([0-9]{0,18})[ \t]*", re.IGNORECASE)
_DATE = "%a, %d %b %Y %H:%M:%S GMT"


@dataclass(frozen=True, slots=True)
class Validators:
    """The validators of a file, and its size in bytes. `tag`: its strong ETag."""

    tag: str
    changed_at: datetime
    size: int


def parse_range(request: Request, version: Validators) -> range | None:
    """Return the requested bytes; None for the whole file, unless the header is one plain range.

    Raise RangeNotSatisfiable when the range begins after the end.
    """
    found = _RANGE.fullmatch(request.headers.get("range", ""))
    if request.method != "GET" or not found or not if_range_matches(request, version):
        return None
    first, last = found.groups()
    if not (first or last) or (first and last and int(last) < int(first)):
        return None
    start = int(first) if first else max(version.size - int(last), 0)
    stop = min(int(last) + 1, version.size) if first and last else version.size
    if start >= stop:
        raise RangeNotSatisfiable(version.size)
    return range(start, stop)


def if_range_matches(request: Request, version: Validators) -> bool:
    """Return whether If-Range names this file, or is absent."""
    condition = request.headers.get("if-range")
    return condition is None or condition in {version.tag, http_date(version.changed_at)}


def is_not_modified(request: Request, version: Validators) -> bool:
    """Return whether the client has this version; If-None-Match takes precedence over the date."""
    if "if-none-match" in request.headers:
        return etag_matches(request, version.tag)
    try:
        text = request.headers.get("if-modified-since", "")
        since = datetime.strptime(text, _DATE).replace(tzinfo=UTC)
    except ValueError:
        return False
    return version.changed_at.replace(microsecond=0) <= since


def http_date(moment: datetime) -> str:
    """Return the time in the format of HTTP dates."""
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def not_modified_response(request: Request, answer: Response) -> Response | None:
    """Return a 304 in place of `answer`, whose ETag is set, if the client has that version."""
    if not etag_matches(request, answer.headers["etag"]):
        return None
    headers = {
        name: answer.headers[name] for name in _NOT_MODIFIED_HEADERS if name in answer.headers
    }
    return Response(status_code=304, headers=headers)


def reply(request: Request, answer: Response) -> Response:
    """Return the answer, or a 304 to a client that has this version."""
    return not_modified_response(request, answer) or answer


def etag_matches(request: Request, tag: str) -> bool:
    """Return whether If-None-Match lists this ETag."""
    header = ",".join(request.headers.getlist("if-none-match"))
    known = {_strip_weak_prefix(one) for one in header.split(",")}
    return bool(known & {_strip_weak_prefix(tag), "*"})


def _strip_weak_prefix(tag: str) -> str:
    """Return the tag for the weak comparison of RFC 9110, section 8.8.3.2."""
    return tag.strip().removeprefix("W/")
