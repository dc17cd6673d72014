from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field

from dressform.api.schemas import dp_guarantee as facts
from dressform.api.schemas.base import ResponseModel
from dressform.api.schemas.editions import Codebook, EditionSummary, LicenceRead
from dressform.api.schemas.privacy_texts import Sentence
from dressform.opendata.years import next_draw_date
from dressform.repositories.editions import StoredEdition

State = Literal["published", "insufficient_contributors"]
Small = Annotated[int, Field(ge=0, le=1_000_000, json_schema_extra={"format": "int32"})]


class PairRead(ResponseModel):
    """A pair of parameters of approximate differential privacy."""

    epsilon: Annotated[float, Field(description="The bound of the privacy loss.", examples=[1.62])]
    delta: Annotated[float, Field(description="The probability of a larger loss.", examples=[1e-6])]


class GuaranteeRead(ResponseModel):
    """The guarantee of differential privacy."""

    unit: Annotated[
        Literal["account"], Field(description="The unit of privacy: all data of an account.")
    ] = "account"
    times: Annotated[
        Small,
        Field(
            description="The number of contributions of an account in its lifetime.", examples=[1]
        ),
    ] = 1
    rho: Annotated[
        float,
        Field(
            description="The lifetime budget of an account in zero-concentrated differential privacy.",
            examples=[facts.RHO],
        ),
    ] = facts.RHO
    mu: Annotated[
        float,
        Field(
            description="The same guarantee as Gaussian differential privacy.", examples=[facts.MU]
        ),
    ] = facts.MU
    pairs: Annotated[
        list[PairRead],
        Field(
            max_length=10, description="The same guarantee as epsilon and delta; every pair holds."
        ),
    ]
    max_advantage_percent: Annotated[
        float,
        Field(
            description="The upper bound, in percentage points, of the true-positive rate minus the "
            "false-positive rate of any test whether a person took part.",
            examples=[facts.MAX_ADVANTAGE_PERCENT],
        ),
    ] = facts.MAX_ADVANTAGE_PERCENT
    max_accuracy_percent: Annotated[
        float,
        Field(
            description="The upper bound, in percent, of the accuracy of such a test when taking part has "
            "a prior probability of one half; a coin toss has 50.",
            examples=[facts.MAX_ACCURACY_PERCENT],
        ),
    ] = facts.MAX_ACCURACY_PERCENT
    sentence: Annotated[Sentence, Field(description="The guarantee in a sentence.")]

    @classmethod
    def in_words(cls, language: str) -> Self:
        return cls(
            pairs=[PairRead(epsilon=epsilon, delta=delta) for epsilon, delta in facts.PAIRS],
            sentence=facts.GUARANTEE.localize(language),
        )


class GateRead(ResponseModel):
    """The number of contributors from which on there is an edition."""

    codebook: Codebook
    people: Annotated[
        Small,
        Field(
            description="The minimum number of contributors, by a noisy count of the flags (with or "
            "without breasts) that have at least 500 each.",
            examples=[2000],
        ),
    ]
    measurements: Annotated[
        Small, Field(description="The number of measurements in such an edition.", examples=[20])
    ]

    @classmethod
    def from_domain(cls, gate: facts.Gate) -> Self:
        return cls(codebook=gate.codebook, people=gate.people, measurements=gate.measurements)


class DatasetRead(ResponseModel):
    """The open dataset."""

    language: Annotated[Literal["en", "fr"], Field(description="The language of its texts.")]
    about: Annotated[Sentence, Field(description="A description of the dataset.")]
    licence: LicenceRead = LicenceRead()
    state: Annotated[
        State,
        Field(
            description="`insufficient_contributors`: nothing is published, or the last count was too "
            "low.",
            examples=["published"],
        ),
    ]
    sentence: Annotated[Sentence, Field(description="The same in a sentence.")]
    next_date: Annotated[
        datetime,
        Field(
            description="The day before which consent must be given to be counted next. The count takes "
            "place on that day or later in the year, once a year."
        ),
    ]
    gates: Annotated[
        list[GateRead],
        Field(
            max_length=10,
            description="The numbers of contributors from which on editions are published.",
        ),
    ]
    guarantee: GuaranteeRead
    editions: Annotated[
        list[EditionSummary], Field(max_length=1000, description="The editions, newest first.")
    ]

    @classmethod
    def from_domain(
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
            about=facts.ABOUT.localize(language),
            state="published" if published else "insufficient_contributors",
            sentence=state.localize(language),
            next_date=next_draw_date(at),
            gates=[GateRead.from_domain(gate) for gate in facts.GATES],
            guarantee=GuaranteeRead.in_words(language),
            editions=[EditionSummary.from_domain(edition) for edition in editions],
        )
