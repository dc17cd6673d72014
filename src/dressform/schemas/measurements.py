from typing import Annotated, Any, Literal, Self

from pydantic import Field, WithJsonSchema

from dressform.schemas.fields import Complete, Strict
from dressform.schemas.sent_measurements import MeasurementsSent, SentUnit
from dressform.sewing.body import Body
from dressform.sewing.catalogue import CATALOGUE, LONGEST_MM, VERSION, Measurement, Seamly
from dressform.sewing.estimates import estimates
from dressform.sewing.plausibility import Hint, hints

Name = Annotated[str, Field(max_length=40, description="Its key in a model.", examples=["chest"])]
# Any: what was sent as 1105 comes back as 1105, and not as 1105.0.
Number = Annotated[
    Any, WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "maximum": LONGEST_MM})
]
Measured = Annotated[
    dict[Name, Number],
    Field(
        max_length=len(CATALOGUE),
        description="Lengths in millimetres, angles in degrees, by the catalogue's names.",
        examples=[{"chest": 1105, "neck": 419.1, "hpsToWaistBack": 502, "shoulderSlope": 13}],
    ),
]
MeasurementNames = Annotated[
    list[Annotated[str, Field(json_schema_extra={"enum": sorted(CATALOGUE)})]],
    Field(max_length=len(CATALOGUE), examples=[["waist", "hips"]]),
]


class BothLanguages(Complete):
    """A text in the languages of the service."""

    en: Annotated[
        str,
        Field(
            max_length=500,
            description="In English.",
            examples=["Around the fullest part of the chest."],
        ),
    ]
    fr: Annotated[
        str,
        Field(
            max_length=500,
            description="In French.",
            examples=["Autour de la partie la plus forte."],
        ),
    ]


class SeamlyRead(Complete):
    """The nearest measurement of Seamly2D and Valentina."""

    code: Annotated[str, Field(max_length=3, examples=["G04"])]
    name: Annotated[str, Field(max_length=60, examples=["bust_circ"])]
    match: Annotated[
        Literal["exact", "approximate"],
        Field(description="Whether it is taken just so, or nearly.", examples=["exact"]),
    ]

    @classmethod
    def of(cls, seamly: Seamly) -> Self:
        return cls(code=seamly.code, name=seamly.name, match=seamly.match)


class MeasurementRead(Complete):
    """One measurement that a model can hold."""

    name: Name
    kind: Annotated[Literal["length", "angle"], Field(description="What is measured.")]
    unit: Annotated[Literal["mm", "degree"], Field(description="What its values are in.")]
    more_than: Annotated[float, Field(description="Every value is more than this.", examples=[0])]
    maximum: Annotated[
        float,
        Field(
            description="And at most this, an angle less. No limit of bodies, but of slips.",
            examples=[10_000],
        ),
    ]
    breasts_only: Annotated[
        bool, Field(description="Shown only for models with breasts.", examples=[False])
    ]
    description: BothLanguages
    seamly: SeamlyRead | None
    aliases: Annotated[
        list[Annotated[str, Field(max_length=40)]],
        Field(
            max_length=10,
            description="What FreeSewing called it before.",
            examples=[["chestCircumference"]],
        ),
    ]

    @classmethod
    def of(cls, measurement: Measurement) -> Self:
        return cls(
            name=measurement.name,
            kind=measurement.kind.value,
            unit=measurement.unit,
            more_than=measurement.minimum,
            maximum=measurement.maximum,
            breasts_only=measurement.breasts_only,
            description=BothLanguages(**measurement.description),
            seamly=measurement.seamly and SeamlyRead.of(measurement.seamly),
            aliases=list(measurement.aliases),
        )


class MeasurementsRead(Complete):
    """The catalogue, or the part of it that was asked for."""

    version: Annotated[
        str,
        Field(
            max_length=40,
            description="Changes with every word; send it back to be let keep the answer for ever.",
            examples=[VERSION],
        ),
    ]
    items: Annotated[
        list[MeasurementRead], Field(max_length=100, description="In the order of their names.")
    ]


class WarningRead(Complete):
    """What is worth a second look. Nothing is ever refused for it."""

    kind: Annotated[
        Literal["angle", "digits", "order", "sum", "unit"],
        Field(description="What it looks like.", examples=["order"]),
    ]
    measurements: Annotated[MeasurementNames, Field(description="Which it is about.")]
    text: Annotated[BothLanguages, Field(description="What to check.")]

    @classmethod
    def of(cls, hint: Hint) -> Self:
        return cls(
            kind=hint.kind, measurements=list(hint.measurements), text=BothLanguages(**hint.text)
        )


Warnings = Annotated[
    list[WarningRead], Field(max_length=100, description="What is worth a second look.")
]


def warnings_of(body: Body) -> list[WarningRead]:
    return [WarningRead.of(hint) for hint in hints(body.shown, breasts=bool(body.breasts))]


class WarningsRead(Complete):
    """What is worth a second look in a model."""

    warnings: Warnings

    @classmethod
    def of(cls, body: Body) -> Self:
        return cls(warnings=warnings_of(body))


class EstimateRead(Complete):
    """What FreeSewing would guess from the neck; a guess, which is stored nowhere."""

    name: Name
    unit: Annotated[Literal["mm", "degree"], Field(description="Of all these values.")]
    estimate: Annotated[float, Field(description="Guessed.", examples=[1063.2])]
    measured: Annotated[float | None, Field(description="What was sent.", examples=[1105])]
    difference: Annotated[
        float | None, Field(description="Measured less estimate.", examples=[41.8])
    ]
    difference_percent: Annotated[
        float | None, Field(description="The same, of the estimate.", examples=[3.9])
    ]

    @classmethod
    def of(cls, name: str, estimate: float, measured: float | None) -> Self:
        off = None if measured is None else measured - estimate
        return cls(
            name=name,
            unit=CATALOGUE[name].unit,
            estimate=round(estimate, 1),
            measured=measured,
            difference=None if off is None else round(off, 1),
            difference_percent=None if off is None else round(100 * off / estimate, 1),
        )


Estimates = Annotated[
    list[EstimateRead],
    Field(
        max_length=len(CATALOGUE),
        description="Of every other measurement that matters with this flag.",
    ),
]


def estimates_of(body: Body) -> list[EstimateRead]:
    """Of a body whose neck is known."""
    guessed = estimates(body.measurements["neck"], breasts=bool(body.breasts))
    return [
        EstimateRead.of(name, estimate, body.measurements.get(name))
        for name, estimate in guessed.items()
    ]


class BodySent(Strict):
    """Some measurements of a body, to be looked at and not kept."""

    breasts: Annotated[bool, Field(description="Which measurements matter.", examples=[False])]
    unit: SentUnit | None = None
    measurements: MeasurementsSent

    def as_body(self) -> Body:
        return Body(self.breasts, self.measurements.measurements, self.measurements.typed)


class EstimatesRead(Complete):
    """What the neck lets expect. Guesses, all of them."""

    estimates: Estimates

    @classmethod
    def of(cls, body: Body) -> Self:
        return cls(estimates=estimates_of(body))


class CheckRead(Complete):
    """What was understood, and what is worth a second look. Nothing of it is kept."""

    measurements: Annotated[Measured, Field(description="As read, in mm and degrees.")]
    missing: Annotated[
        MeasurementNames, Field(description="What matters with this flag and was not sent.")
    ]
    warnings: Warnings
    estimates: Annotated[Estimates, Field(description="Empty as long as the neck is not known.")]

    @classmethod
    def of(cls, body: Body) -> Self:
        return cls(
            measurements=dict(body.measurements),
            missing=body.missing,
            warnings=warnings_of(body),
            estimates=estimates_of(body) if "neck" in body.measurements else [],
        )
