from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, ValidationError, WithJsonSchema, model_validator
from pydantic_core import InitErrorDetails

from dressform.api.schemas.base import MergePatchModel, RequestModel
from dressform.api.schemas.fields import ClearIfBlank, ModelName
from dressform.api.schemas.measurement_input import (
    InputUnit,
    MeasurementsInput,
    MeasurementsPatch,
    ParsedMeasurements,
)
from dressform.sewing.body import BodyMeasurements

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


class ModelCopy(RequestModel):
    """The copy of a model."""

    name: Annotated[
        ModelName | None,
        ClearIfBlank,
        Field(description="Its name; without one it is that of the model with a number."),
    ] = None


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
            "detach": "based_on" in self.model_fields_set,
        }
