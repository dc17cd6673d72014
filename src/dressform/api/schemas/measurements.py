from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, WithJsonSchema
from typing_extensions import TypeAliasType

from dressform.api.schemas.fields import ResponseModel
from dressform.sewing.body import BodyMeasurements
from dressform.sewing.catalogue import CATALOGUE, MAX_LENGTH_MM, VERSION, Measurement, Seamly
from dressform.sewing.plausibility import check_plausibility
from dressform.sewing.plausibility_warning import PlausibilityWarning

Name = Annotated[str, Field(max_length=40, description="Its key in a model.", examples=["chest"])]
# Any: what was sent as 1105 comes back as 1105, and not as 1105.0.
Number = Annotated[
    Any, WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "maximum": MAX_LENGTH_MM})
]
# A named type is a schema of its own in the OpenAPI document.
Measurements = TypeAliasType(
    "Measurements",
    Annotated[
        dict[Name, Number],
        Field(
            max_length=len(CATALOGUE),
            description="Lengths in millimetres, angles in degrees, by the catalogue's names.",
            examples=[{"chest": 1105, "neck": 419.1, "hpsToWaistBack": 502, "shoulderSlope": 13}],
        ),
    ],
)
MeasurementName = TypeAliasType(
    "MeasurementName",
    Annotated[
        str,
        Field(
            description="The name of a measurement in the catalogue.",
            examples=["chest"],
            json_schema_extra={"enum": sorted(CATALOGUE)},
        ),
    ],
)
MeasurementNames = Annotated[list[MeasurementName], Field(max_length=len(CATALOGUE))]


class BothLanguages(ResponseModel):
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


class SeamlyRead(ResponseModel):
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


class MeasurementRead(ResponseModel):
    """One measurement that a model can hold."""

    name: Name
    label: Annotated[BothLanguages, Field(description="What to call it to people.")]
    kind: Annotated[Literal["length", "angle"], Field(description="What is measured.")]
    unit: Annotated[Literal["mm", "degree"], Field(description="What its values are in.")]
    exclusive_minimum: Annotated[
        float, Field(description="Every value is more than this.", examples=[0])
    ]
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
            label=BothLanguages(**measurement.label),
            kind=measurement.kind.value,
            unit=measurement.unit,
            exclusive_minimum=measurement.minimum,
            maximum=measurement.maximum,
            breasts_only=measurement.breasts_only,
            description=BothLanguages(**measurement.description),
            seamly=measurement.seamly and SeamlyRead.of(measurement.seamly),
            aliases=list(measurement.aliases),
        )


class MeasurementsRead(ResponseModel):
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
    derived: Annotated[
        Mapping[Name, Mapping[Name, float]],
        Field(
            max_length=100,
            description="What drafting works out: the sum of these measurements times their factors.",
            examples=[{"waistFront": {"waist": 1, "waistBack": -1}}],
        ),
    ]


class WarningRead(ResponseModel):
    """What is worth a second look. Nothing is ever refused for it."""

    kind: Annotated[
        Literal["angle", "digits", "order", "sum", "unit"],
        Field(description="What it looks like.", examples=["order"]),
    ]
    measurements: Annotated[MeasurementNames, Field(description="Which it is about.")]
    text: Annotated[BothLanguages, Field(description="What to check.")]

    @classmethod
    def of(cls, hint: PlausibilityWarning) -> Self:
        return cls(
            kind=hint.kind, measurements=list(hint.measurements), text=BothLanguages(**hint.text)
        )


Warnings = Annotated[
    list[WarningRead], Field(max_length=100, description="What is worth a second look.")
]


def warnings_of(body: BodyMeasurements) -> list[WarningRead]:
    return [
        WarningRead.of(hint)
        for hint in check_plausibility(body.visible, breasts=bool(body.breasts))
    ]


class WarningsRead(ResponseModel):
    """What is worth a second look in a model."""

    warnings: Warnings

    @classmethod
    def of(cls, body: BodyMeasurements) -> Self:
        return cls(warnings=warnings_of(body))
