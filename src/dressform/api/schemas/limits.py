from typing import Any

from pydantic_core import PydanticCustomError

MOST_FIELDS = 100
"""Sent in one object: more than any has."""


def has_few_fields(sent: Any) -> Any:
    """Asked before the fields are: each unknown one is an error, and thousands take long to make."""
    if isinstance(sent, dict) and len(sent) > MOST_FIELDS:
        raise PydanticCustomError(
            "fields", "must not have more than {most} fields", {"most": MOST_FIELDS}
        )
    return sent
