import base64
import re
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BeforeValidator, Field, ValidationError, WithJsonSchema
from pydantic_core import InitErrorDetails, PydanticCustomError

from dressform.repositories.models import StoredModel
from dressform.schemas.fields import Complete, Merging, ModelName, Strict
from dressform.schemas.problems import MOST_ERRORS
from dressform.sewing.catalogue import CATALOGUE, Kind, problems

_CURSOR = "[A-Za-z0-9_-]{22}"

EXAMPLE = {"chest": 1105, "neck": 420, "hpsToWaistBack": 502, "shoulderSlope": 13}


def _schema(*, removable: bool) -> dict[str, Any]:
    def one(name: str) -> dict[str, Any]:
        measurement = CATALOGUE[name]
        kinds = ["number", "null"] if removable else "number"
        end = "maximum" if measurement.kind is Kind.LENGTH else "exclusiveMaximum"
        return {
            "type": kinds,
            "exclusiveMinimum": measurement.minimum,
            end: measurement.maximum,
            "description": f"{measurement.description['en']} In {measurement.unit}.",
        }

    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {name: one(name) for name in CATALOGUE},
        "description": "Lengths in millimetres, angles in degrees, by the catalogue's names.",
        "examples": [EXAMPLE],
    }


def _check(value: object, *, removable: bool) -> object:
    """Each measurement that does not fit is an error of its own, at its own place."""
    if not isinstance(value, dict):
        raise PydanticCustomError("measurements", "must be an object of measurements by name")
    removed = {name for name in CATALOGUE if removable and value.get(name, 0) is None}
    found = problems({name: amount for name, amount in value.items() if name not in removed})
    if found:
        errors = [
            InitErrorDetails(
                type=PydanticCustomError("measurement", "{expected}", {"expected": expected}),
                loc=(name,),
                input=None,
            )
            for name, expected in found[:MOST_ERRORS]
        ]
        raise ValidationError.from_exception_data("measurements", errors)
    return value


def _strict(value: object) -> object:
    return _check(value, removable=False)


def _merging(value: object) -> object:
    return _check(value, removable=True)


Measurements = Annotated[
    dict[str, Any], BeforeValidator(_strict), WithJsonSchema(_schema(removable=False))
]
MeasurementChanges = Annotated[
    dict[str, Any], BeforeValidator(_merging), WithJsonSchema(_schema(removable=True))
]
Breasts = Annotated[
    bool,
    Field(
        description="Decides which measurements are shown, never which are kept.", examples=[False]
    ),
]


class ModelNew(Strict):
    """The measurements of one body."""

    name: ModelName
    breasts: Breasts
    measurements: Measurements = Field(default_factory=dict)


class ModelChange(Merging):
    """JSON Merge Patch: what is absent stays; a measurement that is null is removed."""

    name: ModelName = ""
    breasts: Breasts = False
    measurements: MeasurementChanges = Field(default_factory=dict)


class ModelRead(Complete):
    """One of your models."""

    id: Annotated[UUID, Field(description="Never changes.")]
    name: Annotated[str, Field(max_length=100, description="Yours.", examples=["Me, 2026"])]
    breasts: Breasts
    measurements: Annotated[dict[str, Any], WithJsonSchema(_schema(removable=False))]
    avatar: Annotated[
        str | None,
        Field(
            max_length=200,
            description="Where the avatar is.",
            examples=["/v1/models/019a0000-0000-7000-8000-000000000000/avatar"],
        ),
    ]
    created_at: Annotated[datetime, Field(description="When it was made.")]
    updated_at: Annotated[datetime, Field(description="When it last changed.")]

    @classmethod
    def of(cls, model: StoredModel) -> "ModelRead":
        return cls(
            id=model.id,
            name=model.name,
            breasts=model.breasts,
            measurements=model.measurements,
            avatar=f"/v1/models/{model.id}/avatar" if model.has_avatar else None,
            created_at=model.created_at,
            updated_at=model.updated_at,
        )


class ModelPage(Complete):
    """Some of your models."""

    items: Annotated[
        list[ModelRead], Field(max_length=100, description="As many as `limit` at most.")
    ]
    next: Annotated[
        str | None,
        Field(
            max_length=64,
            description="The `cursor` of the next page; null on the last.",
            examples=["AZoAAAAAcACAAAAAAAAAAA"],
        ),
    ]

    @classmethod
    def of(cls, page: tuple[list[StoredModel], UUID | None]) -> "ModelPage":
        models, after = page
        return cls(items=[ModelRead.of(model) for model in models], next=after and as_cursor(after))


def as_cursor(model_id: UUID) -> str:
    return base64.urlsafe_b64encode(model_id.bytes).decode().rstrip("=")


def from_cursor(cursor: str) -> UUID:
    if not re.fullmatch(_CURSOR, cursor):
        raise PydanticCustomError("cursor", "must be the `next` of an earlier page")
    return UUID(bytes=base64.urlsafe_b64decode(cursor + "=="))


Cursor = Annotated[
    UUID,
    BeforeValidator(from_cursor),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": f"^{_CURSOR}$",
            "minLength": 22,
            "maxLength": 22,
            "examples": ["AZoAAAAAcACAAAAAAAAAAA"],
        }
    ),
]
