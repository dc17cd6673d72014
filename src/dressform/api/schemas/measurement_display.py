"""Measurements as people read them: as they typed them, and in the unit they like."""

from typing import Annotated, Self

from pydantic import Field

from dressform.api.schemas.base import ResponseModel
from dressform.api.schemas.fields import Language, LengthUnit
from dressform.api.schemas.measurement_input import MAX_ENTERED_LENGTH
from dressform.sewing.body import BodyMeasurements
from dressform.sewing.catalogue import CATALOGUE, Kind
from dressform.sewing.quantity_format import QuantityFormat, format_quantity
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
    language: Annotated[Language, Field(description="The language of the decimal marks.")]
    measurements: Annotated[
        dict[str, Annotated[str, Field(max_length=MAX_ENTERED_LENGTH)]],
        Field(
            max_length=len(CATALOGUE),
            description="The texts by name, with the decimal mark of the language. ≈ marks a rounded "
            "sixteenth of an inch. A text that is sent back unchanged changes nothing. What was typed is in "
            "`entered`.",
            examples=[{"neck": "16 1/2 in", "shoulderSlope": "13°"}],
        ),
    ]

    @classmethod
    def from_domain(cls, body: BodyMeasurements, form: QuantityFormat) -> Self:
        return cls.model_validate(
            {
                "unit": form.unit.value,
                "language": form.language,
                "measurements": {
                    name: _format_value(name, value, form) for name, value in body.visible.items()
                },
            }
        )


def _format_value(name: str, value: float, form: QuantityFormat) -> str:
    is_length = CATALOGUE[name].kind is Kind.LENGTH
    return format_quantity(value, form.unit if is_length else MeasurementUnit.DEGREE, form.language)
