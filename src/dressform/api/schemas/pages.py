"""Lists in the order of their ids, or of a number, a page at a time."""

import base64
import re
from typing import Annotated
from uuid import UUID

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

_CURSOR = "[A-Za-z0-9_-]{22}"
_EXAMPLE = "AZoAAAAAcACAAAAAAAAAAA"


def encode_cursor(last: UUID) -> str:
    """Return the `next` of a page that ends with this id."""
    return base64.urlsafe_b64encode(last.bytes).decode().rstrip("=")


def decode_cursor(cursor: str) -> UUID:
    if not re.fullmatch(_CURSOR, cursor):
        raise PydanticCustomError("cursor", "must be the `next` of an earlier page")
    return UUID(bytes=base64.urlsafe_b64decode(cursor + "=="))


def encode_position(last: int) -> str:
    """Return the `next` of a page that ends with this number."""
    return encode_cursor(UUID(int=last))


def decode_position(cursor: str) -> int:
    return decode_cursor(cursor).int & _MOST


_MOST = 2**31 - 1
_SCHEMA = WithJsonSchema(
    {
        "type": "string",
        "pattern": f"^{_CURSOR}$",
        "minLength": 22,
        "maxLength": 22,
        "examples": [_EXAMPLE],
    }
)
Cursor = Annotated[UUID, BeforeValidator(decode_cursor), _SCHEMA]
PositionCursor = Annotated[int, BeforeValidator(decode_position), _SCHEMA]
Next = Annotated[
    str | None,
    Field(
        max_length=64,
        description="The `cursor` of the next page; null on the last page.",
        examples=[_EXAMPLE],
    ),
]
