"""Responses and request bodies of the picture of a profile and the avatar of a model."""

from typing import Any

from fastapi import Request, Response, status

from dressform.api.body_limits import PICTURE_LIMIT
from dressform.api.conditional import not_modified_response
from dressform.api.uploads import describe_upload, read_upload
from dressform.repositories.pictures import StoredPicture

WEBP = "image/webp"
ACCEPTED_TYPES = (
    "image/png",
    "image/jpeg",
    "image/webp",
    "image/avif",
    "image/heic",
    "image/gif",
)

_VERSION = {"ETag": {"$ref": "#/components/headers/ETag"}}

IMAGE_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The picture.",
        "headers": _VERSION,
        "content": {WEBP: {"schema": {"type": "string", "format": "binary"}}},
    },
    304: {"description": "Your copy is current.", "headers": _VERSION},
}
IMAGE_STORED: dict[int | str, dict[str, Any]] = {
    204: {"description": "The picture is stored.", "headers": _VERSION},
}
IMAGE_BODY = describe_upload(
    "The picture itself, or a form with one file; at most 10 MB and 40 megapixels.",
    *ACCEPTED_TYPES,
)


class WebP(Response):
    media_type = WEBP


def image_response(request: Request, picture: StoredPicture) -> Response:
    """Return the image, or a 304 to a client that has this version."""
    # No Cache-Control: the default of every response is `no-store`, which browsers respect.
    answer = WebP(picture.webp, headers={"ETag": f'"{picture.version}"'})
    return not_modified_response(request, answer) or answer


def stored_response(version: int) -> Response:
    """Return the response to an upload, with the ETag of what was stored."""
    return Response(status_code=status.HTTP_204_NO_CONTENT, headers={"ETag": f'"{version}"'})


async def read_image(request: Request) -> bytes:
    """Return the uploaded picture. Raise TooLarge, MalformedRequest."""
    return await read_upload(request, max_bytes=PICTURE_LIMIT)
