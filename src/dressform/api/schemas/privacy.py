from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field

from dressform.api.schemas.fields import Password, RequestModel, ResponseModel
from dressform.api.schemas.retention import Rows
from dressform.policy.category import Category, Extension, Text
from dressform.retention_audit.findings import Findings, Reason, Verdict

Sentence = Annotated[str, Field(max_length=1000, examples=["To diagnose problems."])]
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
    """A reason why the notice is not kept."""

    key: Annotated[Reason, Field(description="The reason as a word.", examples=["unwarned"])]
    sentence: Annotated[Sentence, Field(description="The same in a sentence.")]

    @classmethod
    def from_domain(cls, reason: Reason, language: str) -> Self:
        return cls(key=reason, sentence=_REASONS[reason].in_language(language))


class ExtensionRead(ResponseModel):
    """A case in which data are kept longer."""

    key: Annotated[str, Field(max_length=40, description="The key.", examples=["unwarned"])]
    longer: Annotated[
        str,
        Field(max_length=40, description="The maximum extension.", examples=["30 days"]),
    ]
    text: Annotated[Sentence, Field(description="The condition, and what happens to the data.")]

    @classmethod
    def from_domain(cls, extension: Extension, language: str) -> Self:
        return cls(
            key=extension.key,
            longer=extension.period.format(language),
            text=extension.text.in_language(language),
        )


class CategoryRead(ResponseModel):
    """A category of data in the notice."""

    key: Annotated[str, Field(max_length=40, description="The key.", examples=["visitor"])]
    data: Annotated[Sentence, Field(description="The data.")]
    purpose: Annotated[Sentence, Field(description="The purpose.")]
    legal_basis: Annotated[
        str,
        Field(max_length=40, description="The legal basis.", examples=["GDPR Art. 6(1)(f)"]),
    ]
    kept: Annotated[
        str, Field(max_length=40, examples=["6 months"], description="The retention period.")
    ]
    since: Annotated[Sentence, Field(description="The start of the retention period.")]
    ending: Annotated[Sentence, Field(description="What happens at its end.")]
    extensions: Annotated[
        list[ExtensionRead],
        Field(max_length=10, description="The cases in which it happens later."),
    ]
    shared: Annotated[
        Literal[False], Field(description="Whether the data are shared with third parties.")
    ] = False

    @classmethod
    def from_domain(cls, category: Category, language: str) -> Self:
        return cls(
            key=category.key,
            data=category.data.in_language(language),
            purpose=category.purpose.in_language(language),
            legal_basis=category.legal_basis,
            kept=category.period.format(language),
            since=category.starts_at_text.in_language(language),
            ending=category.on_expiry_text.in_language(language),
            extensions=[ExtensionRead.from_domain(one, language) for one in category.extensions],
        )


class NoticeRead(ResponseModel):
    """The privacy notice."""

    language: Annotated[Literal["en", "fr"], Field(description="The language of its texts.")]
    categories: Annotated[
        list[CategoryRead],
        Field(max_length=50, description="The categories of data that are stored."),
    ]


class StatusRead(ResponseModel):
    """Whether the privacy notice is kept."""

    status: Annotated[Verdict, Field(description="The status.", examples=["kept"])]
    language: Annotated[Literal["en", "fr"], Field(description="The language of the sentences.")]
    sentence: Annotated[Sentence, Field(description="The status in a sentence.")]
    reasons: Annotated[
        list[ReasonRead],
        Field(
            max_length=20, description="The reasons why the notice is not kept; empty when it is."
        ),
    ]
    oldest_address_at: Annotated[
        datetime | None,
        Field(
            description="The day (UTC) of the oldest IP address that is still stored. Null when none "
            "is, or when it is not known at the moment."
        ),
    ]
    oldest_address_age_days: Annotated[
        Days | None, Field(description="The age of that address in days.")
    ]
    last_run_at: Annotated[
        datetime | None, Field(description="The time of the last enforcement of the rules.")
    ]
    waiting: Annotated[
        Rows,
        Field(
            description="The number of IP addresses that are past their retention period and will be "
            "deleted soon."
        ),
    ]
    overdue: Annotated[
        Rows, Field(description="The number of records of any kind that are overdue for a day.")
    ]
    checked_at: Annotated[
        datetime, Field(description="The time of the check, at most a minute ago.")
    ]

    @classmethod
    def from_domain(cls, findings: Findings, language: Literal["en", "fr"]) -> Self:
        oldest = findings.oldest_address_day
        return cls(
            status=findings.verdict,
            language=language,
            sentence=status_sentence(findings.verdict, language),
            reasons=[ReasonRead.from_domain(reason, language) for reason in findings.reasons],
            oldest_address_at=oldest,
            oldest_address_age_days=oldest and findings.time_since(oldest).days,
            last_run_at=findings.last_run_at,
            waiting=findings.visitor.rows.waiting,
            overdue=findings.overdue,
            checked_at=findings.checked_at,
        )


class RestrictionUpdate(RequestModel):
    """Whether processing is restricted."""

    restricted: Annotated[
        bool, Field(description="Whether processing is restricted.", examples=[True])
    ]
    password: Password
