from datetime import date
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, ValidationError, WithJsonSchema, model_validator
from pydantic_core import InitErrorDetails

from dressform.api.schemas.fields import MergePatchModel, ModelName, RequestModel, ResponseModel
from dressform.api.schemas.measurement_display import DisplayValuesRead, EnteredValueRead
from dressform.api.schemas.measurement_input import (
    InputUnit,
    MeasurementsInput,
    MeasurementsPatch,
    ParsedMeasurements,
)
from dressform.api.schemas.measurements import MeasurementNames, Measurements, Warnings, warnings_of
from dressform.api.schemas.pages import Next, encode_position
from dressform.repositories.sealed_models import StoredModel
from dressform.sewing.body import BodyMeasurements
from dressform.sewing.catalogue import CATALOGUE
from dressform.sewing.units import MeasurementUnit

_MODEL_ID = "019a0000-0000-7000-8000-000000000000"

Breasts = Annotated[
    bool,
    Field(
        description="The flag that decides which measurements are shown; all are stored.",
        examples=[False],
    ),
]


class ModelCreate(RequestModel):
    """A new model: the measurements of one body, or in a variant what differs from its base
    model.
    """

    name: ModelName
    breasts: Annotated[
        Breasts | None,
        Field(
            description="The flag; required unless the model is a variant, which has that of its base by "
            "default."
        ),
    ] = None
    based_on: Annotated[
        UUID | None,
        Field(
            strict=False,
            description="The base model, which makes this model a variant of it.",
            examples=[_MODEL_ID],
        ),
    ] = None
    unit: InputUnit | None = None
    measurements: MeasurementsInput = Field(default_factory=ParsedMeasurements)

    @model_validator(mode="after")
    def _has_a_flag(self) -> Self:
        if self.breasts is None and self.based_on is None:
            missing = InitErrorDetails(type="missing", loc=("breasts",), input=None)
            raise ValidationError.from_exception_data("model", [missing])
        return self

    def to_domain(self) -> BodyMeasurements:
        return BodyMeasurements(
            self.breasts, self.measurements.measurements, self.measurements.typed
        )


class ModelUpdate(MergePatchModel):
    """JSON Merge Patch: what is absent stays; a measurement that is null is removed.

    In a variant that is null it is its base's again.
    """

    name: ModelName = ""
    breasts: Breasts = False
    based_on: Annotated[
        None,
        # Code generators know no type that is only null.
        WithJsonSchema({"type": ["string", "null"], "enum": [None]}),
        Field(description="Null detaches a variant from its base model; it keeps its values."),
    ] = None
    unit: InputUnit | None = None
    measurements: MeasurementsPatch = Field(default_factory=ParsedMeasurements)

    def to_changes(self) -> dict[str, Any]:
        """Return the changes for the repository."""
        changes = {key: getattr(self, key) for key in self.model_fields_set & {"name", "breasts"}}
        return changes | {
            "measurements": self.measurements.measurements,
            "typed": self.measurements.typed,
            "made_whole": "based_on" in self.model_fields_set,
        }


class ModelRead(ResponseModel):
    """A model."""

    id: Annotated[UUID, Field(description="The id of the model, which never changes.")]
    name: Annotated[
        str, Field(max_length=100, description="The name of the model.", examples=["Me, 2026"])
    ]
    breasts: Breasts
    measurements: Annotated[
        Measurements, Field(description="The measurements that are relevant with this flag.")
    ]
    hidden: Annotated[
        Measurements,
        Field(description="The measurements that are stored but hidden while `breasts` is false."),
    ]
    missing: Annotated[
        MeasurementNames, Field(description="The relevant measurements without a value.")
    ]
    entered: Annotated[
        dict[str, EnteredValueRead],
        Field(
            max_length=len(CATALOGUE),
            description="The measurements that were sent as text, exactly as entered.",
            examples=[{"neck": {"text": "16 1/2", "unit": "in"}}],
        ),
    ]
    display: Annotated[
        DisplayValuesRead | None,
        Field(description="The measurements as texts in a unit; null without `unit` in the query."),
    ]
    based_on: Annotated[
        UUID | None, Field(description="The base model of a variant.", examples=[_MODEL_ID])
    ]
    own_values: Annotated[
        MeasurementNames,
        Field(description="The measurements of a variant that replace those of its base model."),
    ]
    avatar: Annotated[
        str | None,
        Field(
            max_length=200,
            description="The address of the avatar.",
            examples=[f"/v1/models/{_MODEL_ID}/avatar"],
        ),
    ]
    created_on: Annotated[
        date | None,
        Field(
            description="The day of creation; null for a model from an older version of the service."
        ),
    ]
    updated_on: Annotated[
        date | None, Field(description="The day of the last change of the model or its base model.")
    ]

    @classmethod
    def of(cls, model: StoredModel, shown_in: MeasurementUnit | None = None) -> "ModelRead":
        # What comes from our own tables was checked when it came in: not once more at each read.
        return cls.model_construct(**_fields(model, shown_in))


def _fields(model: StoredModel, shown_in: MeasurementUnit | None) -> dict[str, Any]:
    body = model.body
    return {
        "id": model.id,
        "name": model.name,
        "breasts": body.breasts,
        "measurements": body.visible,
        "hidden": body.hidden_measurements,
        "missing": body.missing_names,
        "entered": {name: EnteredValueRead.of(typed) for name, typed in body.typed.items()},
        "display": shown_in and DisplayValuesRead.of(body, shown_in),
        "based_on": model.based_on,
        "own_values": sorted(model.own.measurements) if model.base else [],
        "avatar": f"/v1/models/{model.id}/avatar" if model.has_avatar else None,
        "created_on": model.created_on,
        "updated_on": model.updated_on,
    }


class ModelWithWarnings(ModelRead):
    """A model with warnings about its values."""

    warnings: Warnings

    @classmethod
    def of(cls, model: StoredModel, shown_in: MeasurementUnit | None = None) -> Self:
        return cls(**_fields(model, shown_in), warnings=warnings_of(model.body))


class ModelPage(ResponseModel):
    """A page of your models."""

    items: Annotated[
        list[ModelRead],
        Field(max_length=100, description="The items of the page, at most `limit`."),
    ]
    next: Next

    @classmethod
    def of(
        cls, page: tuple[list[StoredModel], int | None], shown_in: MeasurementUnit | None = None
    ) -> Self:
        models, after = page
        items = [ModelRead.of(model, shown_in) for model in models]
        return cls(items=items, next=after and encode_position(after))
