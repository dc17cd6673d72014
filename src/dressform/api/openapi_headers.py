"""The headers of the OpenAPI document."""

from typing import Any

_ID = "019a0000-0000-7000-8000-000000000000"
_STRING = {"type": "string", "maxLength": 200}

HEADERS: dict[str, dict[str, Any]] = {
    "Content-Range": {
        "description": "The range of bytes that was sent (`*` for none), and the size of the file.",
        "schema": _STRING,
        "example": "bytes */1500000",
    },
    "ETag": {
        "description": "The version of the representation, for `If-None-Match` and `If-Match`.",
        "schema": _STRING,
        "example": '"3"',
    },
    "Location": {
        "description": "The address of the new resource.",
        "schema": _STRING | {"format": "uri-reference"},
        "example": f"/v1/models/{_ID}",
    },
    "RateLimit": {
        "description": "What remains of a limit (`r`), and in how many seconds there is more (`t`).",
        "schema": _STRING,
        "example": '"login";r=0;t=733',
    },
    "RateLimit-Policy": {
        "description": "The limits of the request: attempts (`q`) in a window of seconds (`w`).",
        "schema": _STRING,
        "example": '"login";q=10;w=900, "all-logins";q=30;w=60',
    },
    "Retry-After": {
        "description": "The number of seconds to wait before the next attempt.",
        "schema": {"type": "integer", "format": "int32", "minimum": 1, "maximum": 86400},
        "example": 60,
    },
    "WWW-Authenticate": {
        "description": "The scheme by which an access token is sent.",
        "schema": _STRING,
        "example": "Bearer",
    },
    "X-Request-ID": {
        "description": "The id of the request; the `instance` of a problem contains it too.",
        "schema": _STRING | {"format": "uuid"},
        "example": _ID,
    },
}
IF_NONE_MATCH: dict[str, Any] = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The `ETag` of your copy: the response is 304 as long as it is current.",
    # Without a limit of its own: nothing refuses a long one.
    "schema": {"type": "string"},
    "example": '"3"',
}
IF_MATCH: dict[str, Any] = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The `ETag` that you read: the response is 412, and nothing changes, if it was changed since. "
    "`*` and several tags are allowed; weak ones never match.",
    "schema": {"type": "string"},
    "example": '"3"',
}
_HEADERS_OF_STATUS = {
    201: ("Location",),
    401: ("WWW-Authenticate",),
    416: ("Content-Range",),
    429: ("RateLimit", "RateLimit-Policy", "Retry-After"),
    503: ("Retry-After",),
}


def headers_of(status: int) -> dict[str, Any]:
    """Return the headers that every response of this status has, as references."""
    names = ("X-Request-ID", *_HEADERS_OF_STATUS.get(status, ()))
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
