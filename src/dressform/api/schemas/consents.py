from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails

from dressform.api.schemas.fields import Language, RequestModel, ResponseModel
from dressform.opendata.consent import CURRENT, ConsentText
from dressform.repositories.consent_acts import ConsentAct
from dressform.repositories.consents import MAX_ACTS, Consent

_EXAMPLE = CURRENT["en"]

Version = Annotated[
    str,
    Field(
        min_length=1,
        max_length=20,
        pattern=r"^[0-9A-Za-z][0-9A-Za-z.-]*$",
        description="Of the text: every change of it is a new one.",
        examples=[_EXAMPLE.version],
    ),
]
Hash = Annotated[
    str,
    Field(
        min_length=64,
        max_length=64,
        pattern=r"^[0-9a-f]{64}$",
        description="SHA-256 of the text in UTF-8, in hexadecimal.",
        examples=[_EXAMPLE.sha256.hex()],
    ),
]
ChosenModel = Annotated[
    UUID | None,
    Field(
        strict=False,
        description="The model to draw; null: one of yours at random.",
        examples=["019a0000-0000-7000-8000-000000000000"],
    ),
]
Year = Annotated[
    int, Field(ge=2000, le=9999, examples=[2027], json_schema_extra={"format": "int32"})
]


class ConsentUpdate(RequestModel):
    """Yes, to the text that you were shown; or no, for which `granted` alone is enough."""

    granted: Annotated[
        bool,
        Field(
            description="False withdraws it, whatever the other fields say if they are well-formed.",
            examples=[True],
        ),
    ]
    text_version: Annotated[
        Version | None, Field(description="Needed to agree: of the text that you were shown.")
    ] = None
    text_sha256: Annotated[
        Hash | None, Field(description="If sent, it must be that of the text in `language`.")
    ] = None
    language: Annotated[
        Language | None, Field(description="Needed to agree: in which you were shown the text.")
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
        """What the action is asked."""
        return self.model_dump(exclude={"granted"})


class ConsentActRead(ResponseModel):
    """That you agreed or withdrew once. It never changes, and goes with your account alone."""

    act: Annotated[Literal["given", "withdrawn"], Field(description="What you did.")]
    acted_at: Annotated[datetime, Field(description="The day (UTC) on which you did it.")]
    language: Annotated[Language, Field(description="Of the text.")]
    text_version: Annotated[
        Version, Field(description="Of the text that you agreed to, or withdrew from.")
    ]
    text_sha256: Hash
    drawn_in: Annotated[
        Year | None, Field(description="The year in whose draw you gave under this; null: in none.")
    ]

    @classmethod
    def from_act(cls, act: ConsentAct) -> Self:
        return cls(
            act=act.act,
            acted_at=act.acted_at,
            language=act.language,
            text_version=act.text_version,
            text_sha256=act.text_sha256.hex(),
            drawn_in=act.drawn_year,
        )


class ConsentRead(ResponseModel):
    """What you said last. Marks of what was drawn stay when you withdraw."""

    key: Annotated[Literal["open-dataset"], Field(description="To what.")]
    granted: Annotated[
        bool, Field(description="Whether you agree; false until you say so.", examples=[True])
    ]
    granted_at: Annotated[
        datetime | None, Field(description="The day (UTC) on which you agreed last; null: never.")
    ]
    withdrawn_at: Annotated[
        datetime | None,
        Field(description="The day (UTC) on which you withdrew it; null while it stands."),
    ]
    language: Annotated[
        Language | None, Field(description="In which you were shown the text that you agreed to.")
    ]
    text_version: Annotated[Version | None, Field(description="Of the text that you agreed to.")]
    text_sha256: Annotated[Hash | None, Field(description="Of the text that you agreed to.")]
    model_id: ChosenModel
    drawn_in: Annotated[
        Year | None,
        Field(description="The year in whose draw you gave, once for ever; null: in none so far."),
    ]
    history: Annotated[
        list[ConsentActRead],
        Field(max_length=MAX_ACTS, description="Each time that you agreed or withdrew, in order."),
    ]

    @classmethod
    def of(cls, consent: Consent | None) -> Self:
        return cls(**_fields(consent))


def _fields(consent: Consent | None) -> dict[str, Any]:
    if consent is None:
        never = {"key": "open-dataset", "granted": False, "history": []}
        return dict.fromkeys(ConsentRead.model_fields) | never
    given = consent.last_given
    return {
        "key": "open-dataset",
        "granted": consent.stands,
        "granted_at": given.acted_at,
        "withdrawn_at": consent.withdrawn_at,
        "language": given.language,
        "text_version": given.text_version,
        "text_sha256": given.text_sha256.hex(),
        "model_id": consent.model_id,
        "counted": consent.times_counted,
        "drawn_in": consent.drawn_year,
        "history": [ConsentActRead.from_act(each) for each in consent.acts],
    }


class ConsentTextRead(ResponseModel):
    """What you are asked to agree to."""

    version: Version
    language: Annotated[Language, Field(description="Of the text.")]
    sha256: Hash
    text: Annotated[
        str,
        Field(
            max_length=20_000,
            description="Paragraphs with an empty line between them.",
            examples=[_EXAMPLE.text],
        ),
    ]

    @classmethod
    def of(cls, text: ConsentText) -> Self:
        return cls(
            version=text.version,
            language=text.language,
            sha256=text.sha256.hex(),
            text=text.text,
        )


class ConsentWithText(ConsentRead):
    """What you said last, and the text to which you can agree now."""

    text: ConsentTextRead

    @classmethod
    def from_consent(cls, consent: Consent | None, text: ConsentText) -> Self:
        return cls(**_fields(consent), text=ConsentTextRead.of(text))


class ConsentsRead(ResponseModel):
    """Everything that is done only if you agree."""

    items: Annotated[list[ConsentWithText], Field(max_length=10, description="One each.")]
