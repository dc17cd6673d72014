from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from dressform.actions.export_account import Everything
from dressform.audit.findings import Findings, Verdict
from dressform.policy import Category, Text
from dressform.schemas.consents import ConsentRead
from dressform.schemas.fields import Complete, Password, Strict
from dressform.schemas.health import Rows
from dressform.schemas.models import ModelRead
from dressform.schemas.profiles import OwnProfileRead

Sentence = Annotated[str, Field(max_length=1000, examples=["To diagnose problems."])]
Base64 = Annotated[
    str, Field(max_length=10_000_000, description="WebP in base64.", examples=["UklGRg=="])
]
Days = Annotated[
    int, Field(ge=0, le=1_000_000, examples=[181], json_schema_extra={"format": "int32"})
]

_SAID: dict[Verdict, Text] = {
    "kept": Text(
        "The notice is kept: what has ended is deleted in time.",
        "La notice est respectée : ce qui est arrivé à terme est supprimé à temps.",
    ),
    "late": Text(
        "Nothing is overdue, but the deletion of what has ended needs the operators' attention.",
        "Rien n'est en retard, mais la suppression de ce qui est arrivé à terme demande l'attention "
        "des opérateurs.",
    ),
    "overdue": Text(
        "The notice is not kept: for more than a day, what has ended has not been deleted, or "
        "nobody has looked for it.",
        "La notice n'est pas respectée : depuis plus d'un jour, ce qui est arrivé à terme n'est pas "
        "supprimé, ou n'est pas recherché.",
    ),
}


class CategoryRead(Complete):
    """One kind of data in the notice."""

    key: Annotated[str, Field(max_length=40, description="Its name.", examples=["visitor"])]
    data: Annotated[Sentence, Field(description="What it is.")]
    purpose: Annotated[Sentence, Field(description="What for.")]
    legal_basis: Annotated[
        str,
        Field(max_length=40, description="What allows to keep it.", examples=["GDPR Art. 6(1)(f)"]),
    ]
    kept: Annotated[str, Field(max_length=40, examples=["6 months"], description="How long.")]
    since: Annotated[Sentence, Field(description="From when on that time counts.")]
    ending: Annotated[Sentence, Field(description="What happens then.")]
    shared: Annotated[Literal[False], Field(description="Whether anybody else gets it.")] = False

    @classmethod
    def of(cls, category: Category, language: str) -> "CategoryRead":
        def said(text: Text) -> str:
            return text.fr if language == "fr" else text.en

        return cls(
            key=category.key,
            data=said(category.data),
            purpose=said(category.purpose),
            legal_basis=category.legal_basis,
            kept=category.window.in_words(language),
            since=said(category.clock),
            ending=said(category.ending),
        )


class NoticeRead(Complete):
    """The privacy notice."""

    language: Annotated[Literal["en", "fr"], Field(description="Of its texts.")]
    categories: Annotated[
        list[CategoryRead], Field(max_length=50, description="All that is ever kept.")
    ]


class StatusRead(Complete):
    """Whether the notice is kept. Of all dates only one that says nothing about a member."""

    status: Annotated[Verdict, Field(description="The same in one word.", examples=["kept"])]
    language: Annotated[Literal["en", "fr"], Field(description="Of the sentence.")]
    sentence: Annotated[Sentence, Field(description="Whether the notice is kept.")]
    oldest_address_at: Annotated[
        datetime | None,
        Field(
            description="The day (UTC) of the oldest IP address that is still stored. Null when none "
            "is, or when it is not known at the moment."
        ),
    ]
    oldest_address_age_days: Annotated[Days | None, Field(description="How old that is.")]
    last_round_at: Annotated[
        datetime | None, Field(description="When the rules were last enforced.")
    ]
    waiting: Annotated[
        Rows, Field(description="IP addresses past their window, soon to be deleted.")
    ]
    overdue: Annotated[Rows, Field(description="Records of any kind, a day late.")]
    checked_at: Annotated[datetime, Field(description="At most a minute ago.")]

    @classmethod
    def of(cls, findings: Findings, language: Literal["en", "fr"]) -> "StatusRead":
        said, oldest = _SAID[findings.verdict], findings.oldest_address_day
        return cls(
            status=findings.verdict,
            language=language,
            sentence=said.fr if language == "fr" else said.en,
            oldest_address_at=oldest,
            oldest_address_age_days=oldest and findings.since(oldest).days,
            last_round_at=findings.last_round_at,
            waiting=findings.visitor.rows.waiting,
            overdue=findings.overdue,
            checked_at=findings.checked_at,
        )


class RestrictionChange(Strict):
    """Whether your data may be used."""

    restricted: Annotated[bool, Field(description="True: they may not.", examples=[True])]
    password: Password


class ExportedModel(ModelRead):
    """A model with its avatar."""

    avatar_webp: Base64 | None


class ExportedSession(Complete):
    """Somewhere you are signed in."""

    signed_in_on: Annotated[date, Field(description="The day of the login (UTC).")]
    renewed_on: Annotated[date, Field(description="The day on which it was last refreshed (UTC).")]
    ends_at: Annotated[datetime, Field(description="When it ends for good.")]


class ExportedConsent(ConsentRead):
    """What you said last, with every mark."""

    counted: Annotated[
        int,
        Field(
            ge=0,
            le=1000,
            description="How many times you were counted among those who agreed.",
            examples=[1],
            json_schema_extra={"format": "int32"},
        ),
    ]


class AccountExport(Complete):
    """Everything that is stored about you. No address is: those can't be traced to an account."""

    profile: OwnProfileRead
    picture_webp: Base64 | None
    models: Annotated[
        list[ExportedModel], Field(max_length=100, description="Every model, with its avatar.")
    ]
    sessions: Annotated[
        list[ExportedSession],
        Field(max_length=10000, description="Every session that has not ended."),
    ]
    operator: Annotated[bool, Field(description="Whether you operate the site.", examples=[False])]
    consents: Annotated[
        list[ExportedConsent],
        Field(max_length=10, description="To what you ever agreed, withdrawn or not."),
    ]

    @classmethod
    def of(cls, everything: Everything) -> "AccountExport":
        return cls(
            profile=OwnProfileRead.of_owner(everything.profile, everything.account),
            picture_webp=everything.picture,
            models=[
                ExportedModel(**ModelRead.of(model).model_dump(), avatar_webp=avatar)
                for model, avatar in everything.models
            ],
            sessions=[
                ExportedSession(
                    signed_in_on=session.signed_in_on,
                    renewed_on=session.renewed_on,
                    ends_at=session.ends_at,
                )
                for session in everything.sessions
            ],
            operator=everything.operator,
            consents=[ExportedConsent.of(everything.consent)] if everything.consent else [],
        )
