"""Responses with a file of an edition: the whole file, a range, or the headers alone."""

from base64 import b64encode
from collections.abc import AsyncIterator, Iterator
from typing import Any

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from dressform.api.conditional import Validators, http_date, is_not_modified, parse_range
from dressform.api.content_types import with_charset
from dressform.api.schemas.dp_guarantee import LICENCE_URL
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.repositories.editions import Editions, StoredFile

CHUNK_SIZE = 256 * 1024
"""The bytes of a file that are in memory at a time, also for a slow client."""

SVG = "image/svg+xml"

# Every web page may load it: it is public and needs no credentials.
PUBLIC_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
_EXPOSED = "Accept-Ranges, Content-Disposition, Content-Range, ETag, Link, Repr-Digest"
# An SVG that is opened by itself may use its inline styles, and run nothing.
_SVG_CSP = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"

_CONTENT: dict[str, Any] = {
    kind: {"schema": {"type": "string", "format": "binary"}, "example": example}
    for kind, example in {
        "application/json": "{}",
        "application/ld+json": "{}",
        "application/vnd.apache.parquet": "PAR1",
        "application/yaml": "cff-version: 1.2.0\n",
        "application/zip": "PK",
        "image/svg+xml": "<svg xmlns='http://www.w3.org/2000/svg'/>",
        "text/csv": "breasts,neck\r\ntrue,352\r\n",
        "text/markdown": "# Edition 2027\n",
        "text/plain": "CC0-1.0\n",
        "text/x-python": "import pandas as pd\n",
        "text/x-r": 'sizes <- read.csv("sizes.csv")\n',
    }.items()
}


def _header(description: str, example: str) -> dict[str, Any]:
    schema = {"type": "string", "maxLength": 200}
    return {"description": description, "schema": schema, "example": example}


_ETAG_HEADER = {"ETag": {"$ref": "#/components/headers/ETag"}}
_FILE_HEADERS = _ETAG_HEADER | {
    "Accept-Ranges": _header("Ranges of bytes can be requested.", "bytes"),
    "Last-Modified": _header("The time of publication.", "Mon, 01 Mar 2027 09:30:00 GMT"),
    "Repr-Digest": _header(
        "The SHA-256 of the whole file (RFC 9530).",
        "sha-256=:n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=:",
    ),
}
_NOT_MODIFIED: dict[int | str, dict[str, Any]] = {
    304: {"description": "Your copy is current.", "headers": _ETAG_HEADER}
}
HEAD_RESPONSES = _NOT_MODIFIED | {
    200: {"description": "The file exists.", "headers": _FILE_HEADERS}
}
GET_RESPONSES = _NOT_MODIFIED | {
    200: {"description": "The whole file.", "headers": _FILE_HEADERS, "content": _CONTENT},
    206: {
        "description": "The requested range.",
        "headers": _FILE_HEADERS
        | {"Content-Range": {"$ref": "#/components/headers/Content-Range"}},
        "content": _CONTENT,
    },
}


def _parameter(name: str, description: str, example: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": False,
        "description": description,
        # Without a limit of its own: nothing refuses a long one.
        "schema": {"type": "string"},
        "example": example,
    }


RANGE = _parameter("Range", "The range of bytes to send.", "bytes=0-99")
IF_RANGE = _parameter(
    "If-Range",
    "The `ETag` of the file that you have a part of; the whole file is sent if it is another.",
    '"3"',
)


async def file_response(
    request: Request, uows: UnitOfWorkFactory, edition: str, name: str
) -> Response:
    """Return a file, a range of it, or a 304.

    Raise NotFound, or RangeNotSatisfiable for a range after the end.
    """
    uow = uows.read()
    file = await Editions(uow).get_file(edition, name)
    headers = _headers(file)
    version = Validators(headers["ETag"], file.published_at, file.size)
    if is_not_modified(request, version):
        return Response(status_code=304, headers=headers)
    return _build_response(request, uows, file, headers, parse_range(request, version))


def _build_response(
    request: Request,
    uows: UnitOfWorkFactory,
    file: StoredFile,
    headers: dict[str, str],
    part: range | None,
) -> Response:
    if part is not None:
        headers |= {"Content-Range": f"bytes {part.start}-{part.stop - 1}/{file.size}"}
    held = part if part is not None else range(file.size)
    headers |= {"Content-Length": str(len(held)), "Content-Type": with_charset(file.media_type)}
    if request.method == "HEAD":
        return Response(headers=headers)
    status = 200 if part is None else 206
    return StreamingResponse(_stream_chunks(uows, file, held), status, headers)


async def _stream_chunks(
    uows: UnitOfWorkFactory, file: StoredFile, part: range
) -> AsyncIterator[bytes]:
    """Yield the chunks, each in a unit of work of its own: a slow client holds no connection."""
    for start in part[::CHUNK_SIZE]:
        uow = uows.read()
        piece = await Editions(uow).read_part(file, start, min(CHUNK_SIZE, part.stop - start))
        yield piece


def _headers(file: StoredFile) -> dict[str, str]:
    return PUBLIC_HEADERS | dict(_iter_headers(file))


def _iter_headers(file: StoredFile) -> Iterator[tuple[str, str]]:
    shown = "inline" if file.media_type == SVG else "attachment"
    yield "Accept-Ranges", "bytes"
    yield "Access-Control-Expose-Headers", _EXPOSED
    yield "Cache-Control", "public, max-age=31536000, immutable"
    yield "Content-Disposition", f'{shown}; filename="{file.name}"'
    yield "ETag", f'"{file.sha256.hex()}"'
    yield "Last-Modified", http_date(file.published_at)
    yield "Link", f'<{LICENCE_URL}>; rel="license"'
    yield "Repr-Digest", f"sha-256=:{b64encode(file.sha256).decode()}:"
    if file.media_type == SVG:
        yield "Content-Security-Policy", _SVG_CSP
