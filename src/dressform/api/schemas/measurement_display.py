"""Measurements as people read them: as they typed them, and in the unit they like."""

from typing import Annotated, Self

from pydantic import Field

from dressform.api.schemas.base import ResponseModel
from dressform.api.schemas.fields import LengthUnit
from dressform.api.schemas.measurement_input import MAX_ENTERED_LENGTH
from dressform.sewing.body import BodyMeasurements
from dressform.sewing.catalogue import CATALOGUE
from dressform.sewing.quantity_format import format_quantity
from dressform.sewing.units import EnteredValue, MeasurementUnit


class EnteredValueRead(ResponseModel):
    """A measurement as it was entered."""

    text: Annotated[
        str,
        Field(max_length=MAX_ENTERED_LENGTH, description="The exact text.", examples=["16 1/2"]),
    ]
    unit: Annotated[
        MeasurementUnit,
        Field(description="The unit in which the text was parsed.", examples=["in"]),
    ]

    @classmethod
    def from_domain(cls, typed: EnteredValue) -> Self:
        return cls(text=typed.text, unit=typed.unit)


class DisplayValuesRead(ResponseModel):
    """The measurements as texts in a unit."""

    unit: LengthUnit
    measurements: Annotated[
        dict[str, Annotated[str, Field(max_length=MAX_ENTERED_LENGTH)]],
        Field(
            max_length=len(CATALOGUE),
            description="The texts by name; the entered text if it was in this unit. ≈ marks a rounded "
            "sixteenth of an inch.",
            examples=[{"neck": "16 1/2 in", "shoulderSlope": "13°"}],
        ),
    ]

    @classmethod
    def from_domain(cls, body: BodyMeasurements, unit: MeasurementUnit) -> Self:
        return cls(
            unit=unit.value,
            measurements={
                name: _format_value(name, value, body, unit) for name, value in body.visible.items()
            },
        )


def _format_value(name: str, value: float, body: BodyMeasurements, unit: MeasurementUnit) -> str:
    typed = body.typed.get(name)
    if typed and typed.unit is unit:
        return typed.text
    return format_quantity(value, unit if CATALOGUE[name].unit == "mm" else MeasurementUnit.DEGREE)
