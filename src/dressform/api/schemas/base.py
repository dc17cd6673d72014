"""The base classes of request and response bodies."""

from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator

from dressform.api.schemas.limits import limit_fields


class RequestModel(BaseModel):
    """Base of request bodies: unknown keys are refused, and nothing is converted."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)

    _size = model_validator(mode="before")(limit_fields)


def _drop_schema_defaults(schema: dict[str, Any]) -> None:
    for field in schema["properties"].values():
        field.pop("default", None)


class MergePatchModel(RequestModel):
    """Base of JSON Merge Patches: an absent field changes nothing."""

    model_config = ConfigDict(json_schema_extra=_drop_schema_defaults)


class ResponseModel(BaseModel):
    """Base of response bodies."""

    model_config = ConfigDict(frozen=True)
