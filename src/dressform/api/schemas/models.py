import json
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field

from dressform.api.schemas.base import ResponseModel
from dressform.api.schemas.measurement_display import DisplayValuesRead, EnteredValueRead
from dressform.api.schemas.measurements import MeasurementNames, Measurements, Warnings, warnings_of
from dressform.api.schemas.model_input import Breasts
from dressform.api.schemas.pages import Next, encode_position
from dressform.repositories.sealed_models import StoredModel
from dressform.sewing.catalogue import CATALOGUE
from dressform.sewing.quantity_format import QuantityFormat

_MODEL_ID = "019a0000-0000-7000-8000-000000000000"


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
    def from_domain(cls, model: StoredModel, shown_in: QuantityFormat | None = None) -> "ModelRead":
        # What comes from our own tables was checked when it came in: not once more at each read.
        return cls.model_construct(**_fields(model, shown_in))

    def to_json(self) -> bytes:
        """Return the model as JSON, without the validation that FastAPI does before it."""
        return self.__pydantic_serializer__.to_json(self)


def _fields(model: StoredModel, shown_in: QuantityFormat | None) -> dict[str, Any]:
    body = model.body
    return {
        "id": model.id,
        "name": model.name,
        "breasts": body.breasts,
        "measurements": body.visible,
        "hidden": body.hidden_measurements,
        "missing": body.missing_names,
        "entered": {
            name: EnteredValueRead.from_domain(typed) for name, typed in body.typed.items()
        },
        "display": shown_in and DisplayValuesRead.from_domain(body, shown_in),
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
    def from_domain(cls, model: StoredModel, shown_in: QuantityFormat | None = None) -> Self:
        return cls(**_fields(model, shown_in), warnings=warnings_of(model.body))


class ModelPage(ResponseModel):
    """A page of your models."""

    items: Annotated[
        list[ModelRead],
        Field(max_length=100, description="The items of the page, at most `limit`."),
    ]
    next: Next

    @staticmethod
    def join_json(items: Iterable[bytes], after: int | None) -> bytes:
        """Return the page as JSON, whose items were serialized one by one."""
        following = json.dumps(after and encode_position(after)).encode()
        return b'{"items":[%b],"next":%b}' % (b",".join(items), following)
