from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails

from dressform.api.schemas.base import RequestModel
from dressform.api.schemas.fields import Language
from dressform.opendata.consent import CURRENT

_EXAMPLE = CURRENT["en"]

Version = Annotated[
    str,
    Field(
        min_length=1,
        max_length=20,
        pattern=r"^[0-9A-Za-z][0-9A-Za-z.-]*$",
        description="The version of the text; it changes with every edit.",
        examples=[_EXAMPLE.version],
    ),
]
Hash = Annotated[
    str,
    Field(
        min_length=64,
        max_length=64,
        pattern=r"^[0-9a-f]{64}$",
        description="The SHA-256 of the text in UTF-8, in hexadecimal.",
        examples=[_EXAMPLE.sha256.hex()],
    ),
]
ChosenModel = Annotated[
    UUID | None,
    Field(
        strict=False,
        description="The model to draw; null for a random one of yours.",
        examples=["019a0000-0000-7000-8000-000000000000"],
    ),
]


class ConsentUpdate(RequestModel):
    """Consent to the text that you were shown, or its withdrawal, for which `granted` is enough."""

    granted: Annotated[
        bool,
        Field(
            description="True gives consent; false withdraws it, and the other fields are ignored if they "
            "are well-formed.",
            examples=[True],
        ),
    ]
    text_version: Annotated[
        Version | None,
        Field(description="Required to give consent: the version of the text that you were shown."),
    ] = None
    text_sha256: Annotated[
        Hash | None, Field(description="If sent, it must match the text in `language`.")
    ] = None
    language: Annotated[
        Language | None,
        Field(
            description="Required to give consent: the language in which you were shown the text."
        ),
    ] = None
    model_id: ChosenModel = None

    @model_validator(mode="after")
    def _require_text_reference(self) -> Self:
        missing = [
            InitErrorDetails(type="missing", loc=(name,), input=None)
            for name in ("text_version", "language")
            if self.granted and getattr(self, name) is None
        ]
        if missing:
            raise ValidationError.from_exception_data("consent", missing)
        return self

    def to_action(self) -> dict[str, Any]:
        """Return the arguments of the action."""
        return self.model_dump(exclude={"granted"})
