"""The names that members give to their sessions."""

from typing import Annotated

from pydantic import AfterValidator, Field

from dressform.api.schemas.visible_text import LINE_PATTERN, normalize_line

SessionNameStr = Annotated[
    str,
    Field(
        min_length=1,
        max_length=60,
        description="The name that you gave the session.",
        examples=["Laptop in the workshop"],
        json_schema_extra={"pattern": LINE_PATTERN},
    ),
]
SessionName = Annotated[SessionNameStr, AfterValidator(normalize_line)]
