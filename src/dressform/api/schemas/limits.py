from typing import Any

from pydantic_core import PydanticCustomError

MAX_FIELDS = 100
"""Sent in one object: more than any has."""
MAX_FIELD_NAME = 100
"""The longest name of a field, in characters: no field and no measurement has a longer one."""


def limit_fields(sent: Any) -> Any:
    """Refuse an object with too many fields, or with names that are too long.

    This comes before they are validated, which is slow for thousands.
    """
    if not isinstance(sent, dict):
        return sent
    if len(sent) > MAX_FIELDS:
        raise PydanticCustomError(
            "fields", "must not have more than {most} fields", {"most": MAX_FIELDS}
        )
    if any(len(name) > MAX_FIELD_NAME for name in sent):
        raise PydanticCustomError(
            "field_name",
            "must not have a field whose name is longer than {most} characters",
            {"most": MAX_FIELD_NAME},
        )
    return sent
