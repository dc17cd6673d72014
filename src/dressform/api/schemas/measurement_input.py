"""Measurements as they come in: numbers, or text as a person types it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator, ValidationError, ValidationInfo, WithJsonSchema
from pydantic_core import InitErrorDetails, PydanticCustomError

from dressform.api.schemas.problems import MOST_ERRORS
from dressform.sewing.catalogue import CATALOGUE, Kind, validate
from dressform.sewing.units import EnteredValue, MeasurementUnit, QuantityParseError, parse_quantity

LONGEST_TYPED = 40

EXAMPLE = {"chest": 1105, "neck": "16 1/2 in", "hpsToWaistBack": "50,2 cm", "shoulderSlope": 13}

SentUnit = Annotated[
    Literal["mm", "cm", "in"],
    Field(
        description="What lengths that are sent as text are in where they don't say so themselves.",
        examples=["in"],
    ),
]


@dataclass(frozen=True, slots=True)
class Readings:
    """Millimetres and degrees by name; None removes. `typed`: those that were text, as typed."""

    measurements: dict[str, Any] = field(default_factory=dict)
    typed: dict[str, EnteredValue] = field(default_factory=dict)


def _schema(name: str, *types: str) -> dict[str, Any]:
    """Of one measurement, in the words of JSON Schema."""
    measurement = CATALOGUE[name]
    end = "maximum" if measurement.kind is Kind.LENGTH else "exclusiveMaximum"
    text = {"maxLength": LONGEST_TYPED} if "string" in types else {}
    return text | {
        "type": list(types) if len(types) > 1 else types[0],
        "exclusiveMinimum": measurement.minimum,
        end: measurement.maximum,
        "description": f"{measurement.description['en']} In {measurement.unit}.",
    }


def _schema_of_all(*types: str) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {name: _schema(name, *types) for name in CATALOGUE},
        "description": "Lengths in millimetres, angles in degrees, by the catalogue's names.",
        "examples": [EXAMPLE],
    }


def _read(value: object, unit: MeasurementUnit | None, *, removable: bool) -> Readings:
    """Each measurement that does not fit is an error of its own, at its own place."""
    if not isinstance(value, dict):
        raise PydanticCustomError("measurements", "must be an object of measurements by name")
    readings, not_understood = Readings(), []
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
    for name, expected in wrong[:MOST_ERRORS]:
        error = PydanticCustomError("measurement", "{expected}", {"expected": expected})
        yield InitErrorDetails(type=error, loc=(name,), input=None)


def _unit(info: ValidationInfo) -> MeasurementUnit | None:
    """Of the field beside, which stands before."""
    unit = info.data.get("unit")
    return unit and MeasurementUnit(unit)


def _strict(value: object, info: ValidationInfo) -> Readings:
    return _read(value, _unit(info), removable=False)


def _merging(value: object, info: ValidationInfo) -> Readings:
    return _read(value, _unit(info), removable=True)


MeasurementsSent = Annotated[
    Any,
    PlainValidator(_strict),
    WithJsonSchema(_schema_of_all("number", "string")),
]
"""For a body with a field `unit`, declared before."""
MeasurementChangesSent = Annotated[
    Any,
    PlainValidator(_merging),
    WithJsonSchema(_schema_of_all("number", "string", "null")),
]
"""The same for a JSON Merge Patch: null removes."""
