from typing import Annotated, Literal

from pydantic import Field

from dressform.schemas.fields import Complete
from dressform.sewing.catalogue import Measurement


class DescriptionRead(Complete):
    en: Annotated[str, Field(max_length=500, examples=["Around the fullest part of the chest."])]
    fr: Annotated[str, Field(max_length=500, examples=["Autour de la partie la plus forte."])]


class MeasurementRead(Complete):
    name: Annotated[str, Field(max_length=40, examples=["chest"])]
    kind: Literal["length", "angle"]
    unit: Literal["mm", "degree"]
    breasts_only: Annotated[bool, Field(description="Shown only for models with breasts.")]
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
    items: Annotated[list[MeasurementRead], Field(max_length=100)]
