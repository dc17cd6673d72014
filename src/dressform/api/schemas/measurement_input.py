"""Measurements as they come in: numbers, or text as a person types it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator, ValidationError, ValidationInfo, WithJsonSchema
from pydantic_core import InitErrorDetails, PydanticCustomError
from typing_extensions import TypeAliasType

from dressform.api.schemas.limits import limit_fields
from dressform.api.schemas.problems import MAX_ERRORS
from dressform.sewing.catalogue import CATALOGUE, Kind, Measurement, validate
from dressform.sewing.units import (
    EnteredValue,
    MeasurementUnit,
    QuantityParseError,
    convert_number,
    parse_quantity,
)

MAX_ENTERED_LENGTH = 40

EXAMPLE = {"chest": 1105, "neck": "16 1/2 in", "hpsToWaistBack": "50,2 cm", "shoulderSlope": 13}

InputUnit = Annotated[
    Literal["mm", "cm", "in"],
    Field(
        description="The unit of lengths that are sent without one, also of numbers. Without it a number is "
        "in millimetres.",
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
        name: _measurement_schema(name, "number", "string", "null")
        | {"description": f"{measurement.description['en']} In {measurement.unit}."}
        for name, measurement in CATALOGUE.items()
    }
    return {
        "type": "object",
        "additionalProperties": False,
        "description": "Measurements by the catalogue's names: a number is in `unit`, else in millimetres, or "
        "in degrees; a text may have a unit, such as `16 1/2 in`. An empty text or null: not measured.",
        "properties": properties,
        "examples": [EXAMPLE],
    }


def _patch_schema() -> dict[str, Any]:
    types = ("number", "string", "null")
    return {
        "type": "object",
        "additionalProperties": False,
        "description": "The measurements to change, as in `MeasurementsInput`. Null or an empty text removes one, "
        "or restores the value of the base model in a variant.",
        "properties": {name: _measurement_schema(name, *types) for name in CATALOGUE},
        "examples": [EXAMPLE | {"waist": None}],
    }


def parse_measurements(
    value: object, unit: MeasurementUnit | None, *, removable: bool
) -> tuple[ParsedMeasurements, list[tuple[str, str]]]:
    """Return what was understood, and the name of each entry that was not, with a sentence.

    `unit` is that of numbers and of texts without a unit. An empty text counts as null: it removes
    where `removable`, and else means that nothing was measured.
    """
    if not isinstance(value, dict):
        raise PydanticCustomError("measurements", "must be an object of measurements by name")
    limit_fields(value)
    parsed, errors = ParsedMeasurements(), []
    for name, sent in value.items():
        try:
            _add_entry(parsed, name, sent, unit, removable=removable)
        except QuantityParseError as error:
            errors.append((name, f"{name}: {error}"))
    # Null removes a known measurement; an unknown name is an error in any case.
    numbers = {
        name: number
        for name, number in parsed.measurements.items()
        if number is not None or name not in CATALOGUE
    }
    invalid = [(name, _add_unit(text, value.get(name), unit)) for name, text in validate(numbers)]
    return parsed, invalid + errors


def _add_unit(text: str, sent: object, unit: MeasurementUnit | None) -> str:
    is_number = isinstance(sent, int | float) and unit not in {None, MeasurementUnit.MM}
    return f"{text}; a number beside `unit` is in that unit" if is_number else text


def _add_entry(
    parsed: ParsedMeasurements,
    name: str,
    sent: object,
    unit: MeasurementUnit | None,
    *,
    removable: bool,
) -> None:
    """Add one entry. Values that are no valid numbers are added as they are."""
    known = CATALOGUE.get(name)
    if known and (sent is None or (isinstance(sent, str) and not sent.strip())):
        if removable:
            parsed.measurements[name] = None
    elif known and isinstance(sent, str):
        parsed.measurements[name], parsed_unit = parse_quantity(sent, known.kind, unit=unit)
        parsed.typed[name] = EnteredValue(sent, parsed_unit)
    elif known and isinstance(sent, int | float) and unit and _is_convertible(known, sent):
        parsed.measurements[name] = convert_number(sent, unit)
    else:
        parsed.measurements[name] = sent


def _is_convertible(known: Measurement, sent: float) -> bool:
    return known.kind is Kind.LENGTH and known.is_valid(sent)


def _parse_or_raise(
    value: object, unit: MeasurementUnit | None, *, removable: bool
) -> ParsedMeasurements:
    """Parse the measurements. Raise ValidationError with one error for each that does not fit."""
    parsed, wrong = parse_measurements(value, unit, removable=removable)
    if wrong:
        raise ValidationError.from_exception_data("measurements", list(_errors(wrong)))
    return parsed


def _errors(wrong: list[tuple[str, str]]) -> Iterable[InitErrorDetails]:
    for name, expected in wrong[:MAX_ERRORS]:
        error = PydanticCustomError("measurement", "{expected}", {"expected": expected})
        yield InitErrorDetails(type=error, loc=(name,), input=None)


def get_unit(info: ValidationInfo) -> MeasurementUnit | None:
    """Return the unit in the field `unit`, which is validated before."""
    unit = info.data.get("unit")
    return unit and MeasurementUnit(unit)


def _parse_full(value: object, info: ValidationInfo) -> ParsedMeasurements:
    return _parse_or_raise(value, get_unit(info), removable=False)


def _parse_patch(value: object, info: ValidationInfo) -> ParsedMeasurements:
    return _parse_or_raise(value, get_unit(info), removable=True)


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
