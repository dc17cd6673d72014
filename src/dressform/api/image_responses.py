"""Responses and request bodies of the picture of a profile and the avatar of a model."""

from typing import Any

from fastapi import Request, Response

from dressform.api.conditional import not_modified_response
from dressform.repositories.pictures import StoredPicture

WEBP = "image/webp"
ACCEPTED_TYPES = ("image/png", "image/jpeg", "image/webp", "image/avif")

_VERSION = {"ETag": {"$ref": "#/components/headers/ETag"}}

IMAGE_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The picture.",
        "headers": _VERSION,
        "content": {WEBP: {"schema": {"type": "string", "format": "binary"}}},
    },
    304: {"description": "Your copy is current.", "headers": _VERSION},
}
IMAGE_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The picture itself, at most 10 MB and 40 megapixels.",
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}} for kind in ACCEPTED_TYPES
        },
    }
}


class WebP(Response):
    media_type = WEBP


def image_response(request: Request, picture: StoredPicture) -> Response:
    """Return the image, or a 304 to a client that has this version."""
    # No Cache-Control: the default of every response is `no-store`, which browsers respect.
    answer = WebP(picture.webp, headers={"ETag": f'"{picture.version}"'})
    return not_modified_response(request, answer) or answer


async def read_body(request: Request) -> bytes:
    """Return the request body, whose length BodyLimitMiddleware has limited."""
    return await request.body()
