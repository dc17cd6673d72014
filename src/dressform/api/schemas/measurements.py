from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, WithJsonSchema
from typing_extensions import TypeAliasType

from dressform.api.schemas.base import ResponseModel
from dressform.sewing.body import BodyMeasurements
from dressform.sewing.catalogue import CATALOGUE, MAX_LENGTH_MM, VERSION, Measurement, Seamly
from dressform.sewing.plausibility import check_plausibility
from dressform.sewing.plausibility_warning import PlausibilityWarning

Name = Annotated[
    str, Field(max_length=40, description="The name of a measurement.", examples=["chest"])
]
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


class LocalizedText(ResponseModel):
    """A text in both languages."""

    en: Annotated[
        str,
        Field(
            max_length=500,
            description="The text in English.",
            examples=["Around the fullest part of the chest."],
        ),
    ]
    fr: Annotated[
        str,
        Field(
            max_length=500,
            description="The text in French.",
            examples=["Autour de la partie la plus forte."],
        ),
    ]


class SeamlyRead(ResponseModel):
    """The nearest measurement of Seamly2D and Valentina."""

    code: Annotated[str, Field(max_length=3, examples=["G04"])]
    name: Annotated[str, Field(max_length=60, examples=["bust_circ"])]
    match: Annotated[
        Literal["exact", "approximate"],
        Field(description="Whether it is taken in exactly the same way.", examples=["exact"]),
    ]

    @classmethod
    def from_domain(cls, seamly: Seamly) -> Self:
        return cls(code=seamly.code, name=seamly.name, match=seamly.match)


class MeasurementRead(ResponseModel):
    """A measurement of the catalogue."""

    name: Name
    label: Annotated[LocalizedText, Field(description="The label for people.")]
    kind: Annotated[Literal["length", "angle"], Field(description="The kind of measurement.")]
    unit: Annotated[Literal["mm", "degree"], Field(description="The unit of its values.")]
    exclusive_minimum: Annotated[
        float, Field(description="The exclusive lower limit of its values.", examples=[0])
    ]
    maximum: Annotated[
        float,
        Field(
            description="The upper limit of its values, exclusive for angles; it catches slips only.",
            examples=[10_000],
        ),
    ]
    breasts_only: Annotated[
        bool,
        Field(description="Whether it is shown only for models with breasts.", examples=[False]),
    ]
    description: LocalizedText
    seamly: SeamlyRead | None
    aliases: Annotated[
        list[Annotated[str, Field(max_length=40)]],
        Field(
            max_length=10,
            description="Its former names in FreeSewing.",
            examples=[["chestCircumference"]],
        ),
    ]

    @classmethod
    def from_domain(cls, measurement: Measurement) -> Self:
        return cls(
            name=measurement.name,
            label=LocalizedText(**measurement.label),
            kind=measurement.kind.value,
            unit=measurement.unit,
            exclusive_minimum=measurement.minimum,
            maximum=measurement.maximum,
            breasts_only=measurement.breasts_only,
            description=LocalizedText(**measurement.description),
            seamly=measurement.seamly and SeamlyRead.from_domain(measurement.seamly),
            aliases=list(measurement.aliases),
        )


class MeasurementsRead(ResponseModel):
    """The catalogue, or a part of it."""

    version: Annotated[
        str,
        Field(
            max_length=40,
            description="The version of the catalogue. With `version` in the query the response may be "
            "cached for ever.",
            examples=[VERSION],
        ),
    ]
    items: Annotated[
        list[MeasurementRead],
        Field(max_length=100, description="The measurements in the order of their names."),
    ]
    derived: Annotated[
        Mapping[Name, Mapping[Name, float]],
        Field(
            max_length=100,
            description="The values that drafting computes, each as the sum of measurements times "
            "factors.",
            examples=[{"waistFront": {"waist": 1, "waistBack": -1}}],
        ),
    ]


class WarningRead(ResponseModel):
    """A warning about implausible values. No value is refused for it."""

    kind: Annotated[
        Literal["angle", "digits", "order", "sum", "unit"],
        Field(description="The kind of slip.", examples=["order"]),
    ]
    measurements: Annotated[
        MeasurementNames, Field(description="The measurements that the warning is about.")
    ]
    text: Annotated[LocalizedText, Field(description="What to check.")]

    @classmethod
    def from_domain(cls, hint: PlausibilityWarning) -> Self:
        return cls(
            kind=hint.kind, measurements=list(hint.measurements), text=LocalizedText(**hint.text)
        )


Warnings = Annotated[
    list[WarningRead], Field(max_length=100, description="Warnings about implausible values.")
]


def warnings_of(body: BodyMeasurements) -> list[WarningRead]:
    return [
        WarningRead.from_domain(hint)
        for hint in check_plausibility(body.visible, breasts=bool(body.breasts))
    ]


class WarningsRead(ResponseModel):
    """The warnings about a model."""

    warnings: Warnings

    @classmethod
    def from_domain(cls, body: BodyMeasurements) -> Self:
        return cls(warnings=warnings_of(body))
