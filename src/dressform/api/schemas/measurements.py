from typing import Annotated, Any, Literal, Self

from pydantic import Field, WithJsonSchema
from typing_extensions import TypeAliasType

from dressform.api.schemas.base import ResponseModel
from dressform.sewing.body import BodyMeasurements
from dressform.sewing.catalogue import CATALOGUE, MAX_LENGTH_MM
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
