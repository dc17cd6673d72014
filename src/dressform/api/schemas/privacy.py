from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field

from dressform.api.schemas.base import RequestModel, ResponseModel
from dressform.api.schemas.fields import Password
from dressform.api.schemas.privacy_texts import REASONS, Sentence, status_sentence
from dressform.api.schemas.retention import Rows
from dressform.policy.category import Category, Extension
from dressform.retention_audit.findings import Findings, Reason, Verdict

Days = Annotated[
    int, Field(ge=0, le=1_000_000, examples=[181], json_schema_extra={"format": "int32"})
]


class ReasonRead(ResponseModel):
    """A reason why the notice is not kept."""

    key: Annotated[Reason, Field(description="The reason as a word.", examples=["unwarned"])]
    sentence: Annotated[Sentence, Field(description="The same in a sentence.")]

    @classmethod
    def from_domain(cls, reason: Reason, language: str) -> Self:
        return cls(key=reason, sentence=REASONS[reason].localize(language))


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
            text=extension.text.localize(language),
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
            data=category.data.localize(language),
            purpose=category.purpose.localize(language),
            legal_basis=category.legal_basis,
            kept=category.period.format(language),
            since=category.starts_at_text.localize(language),
            ending=category.on_expiry_text.localize(language),
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
