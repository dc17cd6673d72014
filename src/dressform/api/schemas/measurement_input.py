"""Measurements as they come in: numbers, or text as a person types it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator, ValidationError, ValidationInfo, WithJsonSchema
from pydantic_core import InitErrorDetails, PydanticCustomError
from typing_extensions import TypeAliasType

from dressform.api.schemas.limits import limit_fields
from dressform.api.schemas.problems import MAX_ERRORS
from dressform.sewing.catalogue import CATALOGUE, Kind, validate
from dressform.sewing.units import EnteredValue, MeasurementUnit, QuantityParseError, parse_quantity

MAX_ENTERED_LENGTH = 40

EXAMPLE = {"chest": 1105, "neck": "16 1/2 in", "hpsToWaistBack": "50,2 cm", "shoulderSlope": 13}

InputUnit = Annotated[
    Literal["mm", "cm", "in"],
    Field(
        description="The unit of lengths that are sent as text without a unit.",
        examples=["in"],
    ),
]


@dataclass(frozen=True, slots=True)
class ParsedMeasurements:
    """Millimetres and degrees by name; None removes. `typed`: those that were text, as typed."""

    measurements: dict[str, Any] = field(default_factory=dict)
    typed: dict[str, EnteredValue] = field(default_factory=dict)


def _measurement_schema(name: str, *types: str) -> dict[str, Any]:
    """Return the JSON Schema of one measurement."""
    measurement = CATALOGUE[name]
    end = "maximum" if measurement.kind is Kind.LENGTH else "exclusiveMaximum"
    return {
        "type": list(types),
        "exclusiveMinimum": measurement.minimum,
        end: measurement.maximum,
        "maxLength": MAX_ENTERED_LENGTH,
    }


def _input_schema() -> dict[str, Any]:
    properties = {
        name: _measurement_schema(name, "number", "string")
        | {"description": f"{measurement.description['en']} In {measurement.unit}."}
        for name, measurement in CATALOGUE.items()
    }
    return {
        "type": "object",
        "additionalProperties": False,
        "description": "Measurements by the catalogue's names: a number is in millimetres or "
        "degrees; a text may have a unit, such as `16 1/2 in`.",
        "properties": properties,
        "examples": [EXAMPLE],
    }


def _patch_schema() -> dict[str, Any]:
    types = ("number", "string", "null")
    return {
        "type": "object",
        "additionalProperties": False,
        "description": "The measurements to change, as in `MeasurementsInput`. Null removes one, "
        "or restores the value of the base model in a variant.",
        "properties": {name: _measurement_schema(name, *types) for name in CATALOGUE},
        "examples": [EXAMPLE | {"waist": None}],
    }


def _read(value: object, unit: MeasurementUnit | None, *, removable: bool) -> ParsedMeasurements:
    """Parse the measurements. Raise ValidationError with one error for each that does not fit."""
    if not isinstance(value, dict):
        raise PydanticCustomError("measurements", "must be an object of measurements by name")
    limit_fields(value)
    readings, not_understood = ParsedMeasurements(), []
    for name, sent in value.items():
        if isinstance(sent, str) and name in CATALOGUE:
            try:
                readings.measurements[name], read_in = parse_quantity(
                    sent, CATALOGUE[name].kind, unit=unit
                )
                readings.typed[name] = EnteredValue(sent, read_in)
            except QuantityParseError as error:
                not_understood.append((name, f"{name}: {error}"))
        else:
            readings.measurements[name] = sent
    removed = {name for name in CATALOGUE if removable and value.get(name, 0) is None}
    numbers = {name: n for name, n in readings.measurements.items() if name not in removed}
    if wrong := validate(numbers) + not_understood:
        raise ValidationError.from_exception_data("measurements", list(_errors(wrong)))
    return readings


def _errors(wrong: list[tuple[str, str]]) -> Iterable[InitErrorDetails]:
    for name, expected in wrong[:MAX_ERRORS]:
        error = PydanticCustomError("measurement", "{expected}", {"expected": expected})
        yield InitErrorDetails(type=error, loc=(name,), input=None)


def _unit(info: ValidationInfo) -> MeasurementUnit | None:
    """Return the unit in the field `unit`, which is validated before."""
    unit = info.data.get("unit")
    return unit and MeasurementUnit(unit)


def _parse_full(value: object, info: ValidationInfo) -> ParsedMeasurements:
    return _read(value, _unit(info), removable=False)


def _parse_patch(value: object, info: ValidationInfo) -> ParsedMeasurements:
    return _read(value, _unit(info), removable=True)


# Both are for a model that declares a field `unit` before. A named type is a schema of its own in
# the OpenAPI document.
MeasurementsInput = TypeAliasType(
    "MeasurementsInput",
    Annotated[Any, PlainValidator(_parse_full), WithJsonSchema(_input_schema())],
)
MeasurementsPatch = TypeAliasType(
    "MeasurementsPatch",
    Annotated[Any, PlainValidator(_parse_patch), WithJsonSchema(_patch_schema())],
)
