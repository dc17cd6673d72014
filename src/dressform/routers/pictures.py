"""What the picture of a profile and the avatar of a model have in common on the wire."""

from typing import Any

from fastapi import Request, Response
from fastapi.responses import Response as PlainResponse

from dressform.repositories.pictures import StoredPicture

WEBP = "image/webp"
TAKEN = ("image/png", "image/jpeg", "image/webp", "image/avif")

_VERSION = {"ETag": {"$ref": "#/components/headers/ETag"}}

PICTURE_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The picture.",
        "headers": _VERSION,
        "content": {WEBP: {"schema": {"type": "string", "format": "binary"}}},
    },
    304: {"description": "You have it already.", "headers": _VERSION},
}
PICTURE_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The picture itself, at most 10 MB and 40 megapixels.",
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in TAKEN},
    }
}


class WebP(PlainResponse):
    media_type = WEBP


def shown(request: Request, picture: StoredPicture) -> Response:
    """The picture, or 304 to a client that has this version of it."""
    etag = f'"{picture.version}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    known = request.headers.get("if-none-match", "")
    if etag in {tag.strip().removeprefix("W/") for tag in known.split(",")}:
        return PlainResponse(status_code=304, headers=headers)
    return WebP(picture.webp, headers=headers)


async def sent(request: Request) -> bytes:
    """The body as it came: its length is limited before it gets here."""
    return await request.body()
