from typing import Annotated, Literal

from pydantic import Field

from dressform.schemas.fields import Complete
from dressform.sewing.catalogue import Measurement


class DescriptionRead(Complete):
    """How a measurement is taken."""

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


class MeasurementRead(Complete):
    """One measurement that a model can hold."""

    name: Annotated[
        str, Field(max_length=40, description="Its key in a model.", examples=["chest"])
    ]
    kind: Annotated[Literal["length", "angle"], Field(description="What is measured.")]
    unit: Annotated[Literal["mm", "degree"], Field(description="What its values are in.")]
    breasts_only: Annotated[
        bool, Field(description="Shown only for models with breasts.", examples=[False])
    ]
    description: DescriptionRead

    @classmethod
    def of(cls, measurement: Measurement) -> "MeasurementRead":
        return cls(
            name=measurement.name,
            kind=measurement.kind.value,
            unit=measurement.unit,
            breasts_only=measurement.breasts_only,
            description=DescriptionRead(**measurement.description),
        )


class MeasurementsRead(Complete):
    """The catalogue, or the part of it that was asked for."""

    items: Annotated[
        list[MeasurementRead], Field(max_length=100, description="In the order of their names.")
    ]
