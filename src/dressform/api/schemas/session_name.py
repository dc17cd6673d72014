"""The names that members give to their sessions."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

_JOINERS = "\u200c\u200d"
"""Format characters that the spelling of some languages, and emoji, need."""
_REFUSED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def _normalize_name(value: str) -> str:
    name = value.strip()
    if any(unicodedata.category(one) in _REFUSED and one not in _JOINERS for one in name):
        raise PydanticCustomError(
            "name", "must be one line without control characters and invisible characters"
        )
    if not name.strip(_JOINERS):
        raise PydanticCustomError("blank", "must not be blank")
    return name


SessionNameStr = Annotated[
    str,
    Field(
        min_length=1,
        max_length=60,
        description="The name that you gave the session.",
        examples=["Laptop in the workshop"],
        json_schema_extra={
            # The line, and no character that reorders or hides its neighbours.
            "pattern": r"^[^\x00-\x1F\x7F-\x9F\u2028\u2029\u00AD\u061C\u200B\u200E\u200F\u202A-\u202E"
            r"\u2060-\u206F\uFEFF]*[^\s\x00-\x1F\x7F-\x9F][^\x00-\x1F\x7F-\x9F\u2028\u2029]*$|^\s*$",
            "minLength": 0,
        },
    ),
]
SessionName = Annotated[SessionNameStr, AfterValidator(_normalize_name)]
