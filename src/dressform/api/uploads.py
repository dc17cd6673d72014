"""An uploaded file: the body itself, or the one file of a form."""

from typing import Any

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from dressform.api.body_limits import FORM_BYTES, IMPORT_LIMIT
from dressform.errors import MalformedRequest, TooLarge

FORM = "multipart/form-data"
_MAX_FIELDS = 10
"""Fields beside the file, which are ignored."""
_ONE_FILE = "Send exactly one file in the form, under any name."


class _MemoryParser(MultiPartParser):
    """Keeps the file in memory. The original writes one of more than 1 MB to a temporary file."""

    spool_max_size = IMPORT_LIMIT


async def read_upload(request: Request, *, max_bytes: int) -> bytes:
    """Return the uploaded file. BodyLimitMiddleware has limited the body, form or not.

    Raise MalformedRequest for a form without exactly one file, and TooLarge.
    """
    # The request keeps it, for the form and for the key of a repeated request.
    data = await request.body()
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == FORM:
        data = await _read_form(request)
    if len(data) > max_bytes:
        raise TooLarge
    return data


def describe_upload(text: str, *media_types: str, example: str | None = None) -> dict[str, Any]:
    """Return the `requestBody` of an operation that takes a file."""
    binary = {"type": "string", "format": "binary"}
    file: dict[str, Any] = {"schema": binary}
    if example is not None:
        file["example"] = example
    form = {
        "schema": {"type": "object", "properties": {"file": binary}, "required": ["file"]},
        "example": {"file": example or "(the bytes of the picture)"},
    }
    content = dict.fromkeys(media_types, file) | {FORM: form}
    return {"requestBody": {"required": True, "description": text, "content": content}}


async def _read_form(request: Request) -> bytes:
    parser = _MemoryParser(
        request.headers,
        request.stream(),
        max_files=1,
        max_fields=_MAX_FIELDS,
        max_part_size=FORM_BYTES,
    )
    try:
        form = await parser.parse()
    except MultiPartException:
        raise MalformedRequest(_ONE_FILE) from None
    try:
        for _, value in form.multi_items():
            if isinstance(value, UploadFile):
                return await value.read()
    finally:
        await form.close()
    raise MalformedRequest(_ONE_FILE)
