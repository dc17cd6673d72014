from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import Field

from dressform.api.schemas.base import ResponseModel
from dressform.api.schemas.consent_update import ChosenModel, Hash, Version
from dressform.api.schemas.fields import Language
from dressform.opendata.consent import CURRENT, ConsentText
from dressform.repositories.consent_acts import ConsentAct
from dressform.repositories.consents import MAX_ACTS, Consent

_EXAMPLE = CURRENT["en"]

Year = Annotated[
    int, Field(ge=2000, le=9999, examples=[2027], json_schema_extra={"format": "int32"})
]


class ConsentActRead(ResponseModel):
    """One act of giving or withdrawing consent. It never changes, and is deleted only with the
    account.
    """

    act: Annotated[
        Literal["given", "withdrawn"], Field(description="Whether you gave or withdrew consent.")
    ]
    acted_at: Annotated[datetime, Field(description="The day (UTC) of the act.")]
    language: Annotated[Language, Field(description="The language of the text.")]
    text_version: Annotated[
        Version, Field(description="The version of the text that you agreed to, or withdrew from.")
    ]
    text_sha256: Hash
    drawn_year: Annotated[
        Year | None,
        Field(
            description="The year of the draw that used your data under this consent; null for none."
        ),
    ]

    @classmethod
    def from_act(cls, act: ConsentAct) -> Self:
        return cls(
            act=act.act,
            acted_at=act.acted_at,
            language=act.language,
            text_version=act.text_version,
            text_sha256=act.text_sha256.hex(),
            drawn_year=act.drawn_year,
        )


class ConsentRead(ResponseModel):
    """The state of a consent. `drawn_year` stays after a withdrawal."""

    key: Annotated[Literal["open-dataset"], Field(description="The purpose of the consent.")]
    granted: Annotated[
        bool, Field(description="Whether you consent; false by default.", examples=[True])
    ]
    granted_at: Annotated[
        datetime | None,
        Field(description="The day (UTC) of the last consent; null if there was none."),
    ]
    withdrawn_at: Annotated[
        datetime | None,
        Field(description="The day (UTC) of the withdrawal; null while the consent is valid."),
    ]
    language: Annotated[
        Language | None, Field(description="The language of the text that you agreed to.")
    ]
    text_version: Annotated[
        Version | None, Field(description="The one of the text that you agreed to.")
    ]
    text_sha256: Annotated[
        Hash | None, Field(description="The one of the text that you agreed to.")
    ]
    model_id: ChosenModel
    drawn_year: Annotated[
        Year | None,
        Field(
            description="The year of the only draw that used your data; null if none did so far."
        ),
    ]
    history: Annotated[
        list[ConsentActRead],
        Field(max_length=MAX_ACTS, description="All acts of giving and withdrawing, in order."),
    ]

    @classmethod
    def from_domain(cls, consent: Consent | None) -> Self:
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
        "times_counted": consent.times_counted,
        "drawn_year": consent.drawn_year,
        "history": [ConsentActRead.from_act(each) for each in consent.acts],
    }


class ConsentTextRead(ResponseModel):
    """The text of a consent."""

    version: Version
    language: Annotated[Language, Field(description="The language of the text.")]
    sha256: Hash
    text: Annotated[
        str,
        Field(
            max_length=20_000,
            description="Paragraphs, separated by empty lines.",
            examples=[_EXAMPLE.text],
        ),
    ]

    @classmethod
    def from_domain(cls, text: ConsentText) -> Self:
        return cls(
            version=text.version,
            language=text.language,
            sha256=text.sha256.hex(),
            text=text.text,
        )


class ConsentWithText(ConsentRead):
    """The state of a consent, with its current text."""

    text: ConsentTextRead

    @classmethod
    def from_consent(cls, consent: Consent | None, text: ConsentText) -> Self:
        return cls(**_fields(consent), text=ConsentTextRead.from_domain(text))


class ConsentsRead(ResponseModel):
    """Your consents."""

    items: Annotated[
        list[ConsentWithText],
        Field(max_length=10, description="Your consents, one for each purpose."),
    ]
