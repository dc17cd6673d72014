from typing import Any

from pydantic_core import PydanticCustomError

MAX_FIELDS = 100
"""Sent in one object: more than any has."""


def limit_field_count(sent: Any) -> Any:
    """Refuse an object with too many fields before they are validated, which is slow for
    thousands.
    """
    if isinstance(sent, dict) and len(sent) > MAX_FIELDS:
        raise PydanticCustomError(
            "fields", "must not have more than {most} fields", {"most": MAX_FIELDS}
        )
    return sent
