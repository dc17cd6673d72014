from typing import Annotated, Literal, Self

from pydantic import Field

from dressform.api.schemas.fields import RequestModel, ResponseModel
from dressform.api.schemas.measurement_input import InputUnit, MeasurementsInput
from dressform.api.schemas.measurements import (
    MeasurementNames,
    Measurements,
    Name,
    Warnings,
    warnings_of,
)
from dressform.sewing.body import BodyMeasurements
from dressform.sewing.catalogue import CATALOGUE
from dressform.sewing.estimates import estimate_from_neck

_LEAST = 0.001
"""Millimetres: nothing is a percentage of less."""


class EstimateRead(ResponseModel):
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
        percent = None if off is None or estimate < _LEAST else round(100 * off / estimate, 1)
        return cls(
            name=name,
            unit=CATALOGUE[name].unit,
            estimate=round(estimate, 1),
            measured=measured,
            difference=None if off is None else round(off, 1),
            difference_percent=percent,
        )


Estimates = Annotated[
    list[EstimateRead],
    Field(
        max_length=len(CATALOGUE),
        description="Of every other measurement that matters with this flag.",
    ),
]


def estimates_of(body: BodyMeasurements) -> list[EstimateRead]:
    """Of a body whose neck is known."""
    guessed = estimate_from_neck(body.measurements["neck"], breasts=bool(body.breasts))
    return [
        EstimateRead.of(name, estimate, body.measurements.get(name))
        for name, estimate in guessed.items()
    ]


class BodyInput(RequestModel):
    """Some measurements of a body, to be looked at and not kept."""

    breasts: Annotated[bool, Field(description="Which measurements matter.", examples=[False])]
    unit: InputUnit | None = None
    measurements: MeasurementsInput

    def to_domain(self) -> BodyMeasurements:
        return BodyMeasurements(
            self.breasts, self.measurements.measurements, self.measurements.typed
        )


class EstimatesRead(ResponseModel):
    """What the neck lets expect. Guesses, all of them."""

    estimates: Estimates

    @classmethod
    def of(cls, body: BodyMeasurements) -> Self:
        return cls(estimates=estimates_of(body))


class CheckRead(ResponseModel):
    """What was understood, and what is worth a second look. Nothing of it is kept."""

    measurements: Annotated[Measurements, Field(description="As read, in mm and degrees.")]
    missing: Annotated[
        MeasurementNames, Field(description="What matters with this flag and was not sent.")
    ]
    warnings: Warnings
    estimates: Annotated[Estimates, Field(description="Empty as long as the neck is not known.")]

    @classmethod
    def of(cls, body: BodyMeasurements) -> Self:
        return cls(
            measurements=dict(body.measurements),
            missing=body.missing_names,
            warnings=warnings_of(body),
            estimates=estimates_of(body) if "neck" in body.measurements else [],
        )
