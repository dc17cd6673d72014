from collections.abc import Sequence
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import Field, PlainValidator, ValidationInfo, WithJsonSchema

from dressform.api.schemas.base import RequestModel, ResponseModel
from dressform.api.schemas.limits import MAX_FIELD_NAME, MAX_FIELDS
from dressform.api.schemas.measurement_input import (
    EXAMPLE,
    InputUnit,
    MeasurementsInput,
    ParsedMeasurements,
    get_unit,
    parse_measurements,
)
from dressform.api.schemas.measurements import (
    MeasurementNames,
    Measurements,
    Name,
    Warnings,
    warnings_of,
)
from dressform.api.schemas.problems import MAX_ERRORS, FieldProblem, format_pointer
from dressform.sewing.body import BodyMeasurements
from dressform.sewing.catalogue import CATALOGUE
from dressform.sewing.estimates import estimate_from_neck

_LEAST = 0.001
"""Millimetres: nothing is a percentage of less."""


class EstimateRead(ResponseModel):
    """An estimate by FreeSewing's method from the neck."""

    name: Name
    unit: Annotated[Literal["mm", "degree"], Field(description="The unit of the values.")]
    estimate: Annotated[float, Field(description="The estimated value.", examples=[1063.2])]
    measured: Annotated[float | None, Field(description="The sent value.", examples=[1105])]
    difference: Annotated[
        float | None, Field(description="The sent value minus the estimate.", examples=[41.8])
    ]
    difference_percent: Annotated[
        float | None,
        Field(description="The difference in percent of the estimate.", examples=[3.9]),
    ]

    @classmethod
    def from_domain(cls, name: str, estimate: float, measured: float | None) -> Self:
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
        description="The estimates of all other measurements that are relevant with this flag.",
    ),
]


def estimates_of(body: BodyMeasurements) -> list[EstimateRead]:
    """Return the estimates for a body whose neck is known."""
    guessed = estimate_from_neck(body.measurements["neck"], breasts=bool(body.breasts))
    return [
        EstimateRead.from_domain(name, estimate, body.measurements.get(name))
        for name, estimate in guessed.items()
    ]


BodyFlag = Annotated[
    bool,
    Field(description="The flag that decides which measurements are relevant.", examples=[False]),
]


class BodyInput(RequestModel):
    """Measurements of a body, to be checked and not stored."""

    breasts: BodyFlag
    unit: InputUnit | None = None
    measurements: MeasurementsInput

    def to_domain(self) -> BodyMeasurements:
        return BodyMeasurements(
            self.breasts, self.measurements.measurements, self.measurements.typed
        )


class Draft(NamedTuple):
    """The understood part of a form that is being filled in, and a sentence for each other field."""

    parsed: ParsedMeasurements
    errors: list[tuple[str, str]]


def _parse_draft(value: object, info: ValidationInfo) -> Draft:
    return Draft(*parse_measurements(value, get_unit(info), removable=False))


class CheckInput(RequestModel):
    """A form that is being filled in."""

    breasts: BodyFlag
    unit: InputUnit | None = None
    measurements: Annotated[
        Any,
        PlainValidator(_parse_draft),
        WithJsonSchema(
            {
                "type": "object",
                "maxProperties": MAX_FIELDS,
                "propertyNames": {"maxLength": MAX_FIELD_NAME},
                "description": "Measurements as in `MeasurementsInput`; those that are not understood are "
                "returned in `errors`.",
                "examples": [{**EXAMPLE, "waist": "31 i"}],
            }
        ),
    ]

    def to_domain(self) -> BodyMeasurements:
        """Return the body of what was understood."""
        draft: Draft = self.measurements
        wrong = {name for name, _ in draft.errors}
        numbers = {
            name: value
            for name, value in draft.parsed.measurements.items()
            if name in CATALOGUE and name not in wrong
        }
        return BodyMeasurements(self.breasts, numbers, draft.parsed.typed)

    def list_errors(self) -> list[FieldProblem]:
        draft: Draft = self.measurements
        return [
            FieldProblem(pointer=format_pointer(("body", "measurements", name)), detail=sentence)
            for name, sentence in draft.errors[:MAX_ERRORS]
        ]


class EstimatesRead(ResponseModel):
    """Estimates from the neck."""

    estimates: Estimates

    @classmethod
    def from_domain(cls, body: BodyMeasurements) -> Self:
        return cls(estimates=estimates_of(body))


class CheckRead(ResponseModel):
    """The parsed measurements with warnings and estimates. Nothing is stored."""

    measurements: Annotated[
        Measurements, Field(description="The parsed values in millimetres and degrees.")
    ]
    missing: Annotated[
        MeasurementNames, Field(description="The relevant measurements that have no value yet.")
    ]
    errors: Annotated[
        list[FieldProblem],
        Field(
            max_length=MAX_ERRORS,
            description="The fields that were not understood, and what to write.",
        ),
    ]
    warnings: Warnings
    estimates: Annotated[Estimates, Field(description="The estimates; empty without the neck.")]

    @classmethod
    def from_domain(cls, body: BodyMeasurements, errors: Sequence[FieldProblem] = ()) -> Self:
        return cls(
            errors=list(errors),
            measurements=dict(body.measurements),
            missing=body.missing_names,
            warnings=warnings_of(body),
            estimates=estimates_of(body) if "neck" in body.measurements else [],
        )
