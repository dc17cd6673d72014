from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import Field

from dressform.actions.export_account import AccountData
from dressform.api.schemas.consents import ConsentRead
from dressform.api.schemas.fields import Password, RequestModel, ResponseModel
from dressform.api.schemas.health import Rows
from dressform.api.schemas.models import ModelRead
from dressform.api.schemas.profiles import OwnProfileRead
from dressform.policy.category import Category, Extension, Text
from dressform.retention_audit.findings import Findings, Reason, Verdict

Sentence = Annotated[str, Field(max_length=1000, examples=["To diagnose problems."])]
Base64 = Annotated[
    str, Field(max_length=10_000_000, description="WebP in base64.", examples=["UklGRg=="])
]
Days = Annotated[
    int, Field(ge=0, le=1_000_000, examples=[181], json_schema_extra={"format": "int32"})
]

_SENTENCES: dict[Verdict, Text] = {
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


_REASONS: dict[Reason, Text] = {
    "overdue": Text(
        "Records should have been deleted more than a day ago.",
        "Des enregistrements devraient être supprimés depuis plus d'un jour.",
    ),
    "runs": Text(
        "The rules have not been enforced for a while.",
        "Les règles n'ont pas été appliquées depuis un moment.",
    ),
    "unwarned": Text(
        "Accounts are kept past their end, locked, as no mail could warn their owners in time.",
        "Des comptes sont conservés, verrouillés, au-delà de leur terme, car aucun e-mail n'a pu "
        "prévenir leurs propriétaires à temps.",
    ),
    "mail": Text(
        "For more than a day, the mail server has taken no mail.",
        "Depuis plus d'un jour, le serveur de messagerie n'accepte aucun e-mail.",
    ),
    "blocked": Text(
        "A deletion was stopped and waits for an operator's approval.",
        "Une suppression a été arrêtée et attend l'accord d'un opérateur.",
    ),
    "quarantined": Text(
        "Some records could not be deleted and are tried again.",
        "Certains enregistrements n'ont pas pu être supprimés ; un nouvel essai suivra.",
    ),
    "future": Text(
        "Some records are dated in the future, by a clock that ran ahead.",
        "Certains enregistrements portent une date future, d'une horloge qui avançait.",
    ),
    "unknown": Text(
        "At the moment it is not known what the address log holds.",
        "On ne sait pas, pour l'instant, ce que contient le journal des adresses.",
    ),
    "spools": Text(
        "Addresses wait in files and do not reach the database.",
        "Des adresses attendent dans des fichiers sans parvenir à la base de données.",
    ),
}


def status_sentence(verdict: Verdict, language: str) -> str:
    """Return a verdict in a sentence."""
    return _SENTENCES[verdict].in_language(language)


class ReasonRead(ResponseModel):
    """Why the notice is not quite kept: never of whom, how many or since when."""

    key: Annotated[Reason, Field(description="In one word.", examples=["unwarned"])]
    sentence: Annotated[Sentence, Field(description="The same in a sentence.")]

    @classmethod
    def of(cls, reason: Reason, language: str) -> Self:
        return cls(key=reason, sentence=_REASONS[reason].in_language(language))


class ExtensionRead(ResponseModel):
    """A case in which data are kept for longer."""

    key: Annotated[str, Field(max_length=40, description="Its name.", examples=["unwarned"])]
    longer: Annotated[
        str,
        Field(max_length=40, description="For how much longer at most.", examples=["30 days"]),
    ]
    text: Annotated[Sentence, Field(description="When, and what becomes of them.")]

    @classmethod
    def of(cls, extension: Extension, language: str) -> Self:
        return cls(
            key=extension.key,
            longer=extension.period.format(language),
            text=extension.text.in_language(language),
        )


class CategoryRead(ResponseModel):
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
    extensions: Annotated[
        list[ExtensionRead],
        Field(max_length=10, description="In which cases it happens later."),
    ]
    shared: Annotated[Literal[False], Field(description="Whether anybody else gets it.")] = False

    @classmethod
    def of(cls, category: Category, language: str) -> Self:
        return cls(
            key=category.key,
            data=category.data.in_language(language),
            purpose=category.purpose.in_language(language),
            legal_basis=category.legal_basis,
            kept=category.period.format(language),
            since=category.starts_at_text.in_language(language),
            ending=category.on_expiry_text.in_language(language),
            extensions=[ExtensionRead.of(one, language) for one in category.extensions],
        )


class NoticeRead(ResponseModel):
    """The privacy notice."""

    language: Annotated[Literal["en", "fr"], Field(description="Of its texts.")]
    categories: Annotated[
        list[CategoryRead], Field(max_length=50, description="All that is ever kept.")
    ]


class StatusRead(ResponseModel):
    """Whether the notice is kept. Of all dates only one that says nothing about a member."""

    status: Annotated[Verdict, Field(description="The same in one word.", examples=["kept"])]
    language: Annotated[Literal["en", "fr"], Field(description="Of the sentence.")]
    sentence: Annotated[Sentence, Field(description="Whether the notice is kept.")]
    reasons: Annotated[
        list[ReasonRead], Field(max_length=20, description="Why not. Empty when it is kept.")
    ]
    oldest_address_at: Annotated[
        datetime | None,
        Field(
            description="The day (UTC) of the oldest IP address that is still stored. Null when none "
            "is, or when it is not known at the moment."
        ),
    ]
    oldest_address_age_days: Annotated[Days | None, Field(description="How old that is.")]
    last_run_at: Annotated[datetime | None, Field(description="When the rules were last enforced.")]
    waiting: Annotated[
        Rows, Field(description="IP addresses past their window, soon to be deleted.")
    ]
    overdue: Annotated[Rows, Field(description="Records of any kind, a day late.")]
    checked_at: Annotated[datetime, Field(description="At most a minute ago.")]

    @classmethod
    def of(cls, findings: Findings, language: Literal["en", "fr"]) -> Self:
        oldest = findings.oldest_address_day
        return cls(
            status=findings.verdict,
            language=language,
            sentence=status_sentence(findings.verdict, language),
            reasons=[ReasonRead.of(reason, language) for reason in findings.reasons],
            oldest_address_at=oldest,
            oldest_address_age_days=oldest and findings.time_since(oldest).days,
            last_run_at=findings.last_run_at,
            waiting=findings.visitor.rows.waiting,
            overdue=findings.overdue,
            checked_at=findings.checked_at,
        )


class RestrictionUpdate(RequestModel):
    """Whether your data may be used."""

    restricted: Annotated[bool, Field(description="True: they may not.", examples=[True])]
    password: Password


class ExportedModel(ModelRead):
    """A model with its avatar."""

    avatar_webp: Base64 | None


class ExportedSession(ResponseModel):
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


class AccountExport(ResponseModel):
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
    def of(cls, everything: AccountData) -> Self:
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
                    ends_at=session.expires_at,
                )
                for session in everything.sessions
            ],
            operator=everything.operator,
            consents=[ExportedConsent.of(everything.consent)] if everything.consent else [],
        )
