from typing import Any

from pydantic_core import PydanticCustomError

MAX_FIELDS = 100
"""Sent in one object: more than any has."""


def limit_field_count(sent: Any) -> Any:
    """Asked before the fields are: each unknown one is an error, and thousands take long to make."""
    if isinstance(sent, dict) and len(sent) > MAX_FIELDS:
        raise PydanticCustomError(
            "fields", "must not have more than {most} fields", {"most": MAX_FIELDS}
        )
    return sent
