from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field

from dressform.api.schemas import dp_guarantee as facts
from dressform.api.schemas.dp_guarantee import said
from dressform.api.schemas.editions import Codebook, EditionSummary, LicenceRead
from dressform.api.schemas.fields import ResponseModel
from dressform.api.schemas.privacy import Sentence
from dressform.opendata.years import next_draw_date
from dressform.repositories.editions import StoredEdition

State = Literal["published", "insufficient_contributors"]
Small = Annotated[int, Field(ge=0, le=1_000_000, json_schema_extra={"format": "int32"})]


class PairRead(ResponseModel):
    """Approximate differential privacy."""

    epsilon: Annotated[float, Field(description="Of the loss.", examples=[1.62])]
    delta: Annotated[float, Field(description="Of its being more.", examples=[1e-6])]


class GuaranteeRead(ResponseModel):
    """Differential privacy: what nobody can learn, whatever else they know."""

    unit: Annotated[
        Literal["account"], Field(description="Whose taking part stays hidden: all of an account.")
    ] = "account"
    times: Annotated[
        Small, Field(description="How often an account gives in its life.", examples=[1])
    ] = 1
    rho: Annotated[
        float,
        Field(
            description="Of zero-concentrated differential privacy: all that an account ever spends.",
            examples=[facts.RHO],
        ),
    ] = facts.RHO
    mu: Annotated[
        float,
        Field(description="The same as Gaussian differential privacy.", examples=[facts.MU]),
    ] = facts.MU
    pairs: Annotated[
        list[PairRead],
        Field(max_length=10, description="The same as epsilon and delta; each pair holds."),
    ]
    max_advantage_percent: Annotated[
        float,
        Field(
            description="True alarms minus false alarms, in 100, of the best test whether somebody "
            "took part: at most these.",
            examples=[facts.MAX_ADVANTAGE_PERCENT],
        ),
    ] = facts.MAX_ADVANTAGE_PERCENT
    max_accuracy_percent: Annotated[
        float,
        Field(
            description="How often that test is right in 100 tries at most, where taking part was "
            "as likely as not beforehand; a coin is in 50.",
            examples=[facts.MAX_ACCURACY_PERCENT],
        ),
    ] = facts.MAX_ACCURACY_PERCENT
    sentence: Annotated[Sentence, Field(description="The same in plain words.")]

    @classmethod
    def in_words(cls, language: str) -> Self:
        return cls(
            pairs=[PairRead(epsilon=epsilon, delta=delta) for epsilon, delta in facts.PAIRS],
            sentence=said(facts.GUARANTEE, language),
        )


class GateRead(ResponseModel):
    """From how many people on there is an edition."""

    codebook: Codebook
    people: Annotated[
        Small,
        Field(
            description="At least these, by a count with noise. Counted are people of a flag (breasts or "
            "not) of which there are at least 500.",
            examples=[2000],
        ),
    ]
    measurements: Annotated[
        Small, Field(description="That such an edition is about.", examples=[20])
    ]

    @classmethod
    def of(cls, gate: facts.Gate) -> Self:
        return cls(codebook=gate.codebook, people=gate.people, measurements=gate.measurements)


class DatasetRead(ResponseModel):
    """The open dataset."""

    language: Annotated[Literal["en", "fr"], Field(description="Of its texts.")]
    about: Annotated[Sentence, Field(description="What it is.")]
    licence: LicenceRead = LicenceRead()
    state: Annotated[
        State,
        Field(
            description="Not enough: nothing is published, or those counted last were too few.",
            examples=["published"],
        ),
    ]
    sentence: Annotated[Sentence, Field(description="The same in words.")]
    next_date: Annotated[
        datetime,
        Field(
            description="The next day before which one has to agree. That day or later in its year "
            "those who did are counted: the year's one chance of an edition."
        ),
    ]
    gates: Annotated[list[GateRead], Field(max_length=10, description="From how many people on.")]
    guarantee: GuaranteeRead
    editions: Annotated[
        list[EditionSummary], Field(max_length=1000, description="The newest first.")
    ]

    @classmethod
    def of(
        cls,
        editions: Sequence[StoredEdition],
        *,
        sufficed: bool,
        at: datetime,
        language: Literal["en", "fr"],
    ) -> Self:
        published = sufficed and bool(editions)
        state = facts.PUBLISHED if published else facts.NOT_ENOUGH
        return cls(
            language=language,
            about=said(facts.ABOUT, language),
            state="published" if published else "insufficient_contributors",
            sentence=said(state, language),
            next_date=next_draw_date(at),
            gates=[GateRead.of(gate) for gate in facts.GATES],
            guarantee=GuaranteeRead.in_words(language),
            editions=[EditionSummary.of(edition) for edition in editions],
        )
