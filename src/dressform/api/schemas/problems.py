from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from dressform.api.schemas.base import ResponseModel

MAX_ERRORS = 100
"""The maximum number of fields that a response lists."""


class FieldProblem(ResponseModel):
    """An invalid field."""

    pointer: Annotated[
        str,
        Field(
            max_length=500,
            description="A JSON Pointer into the body as a fragment, or the name of a parameter.",
            examples=["#/measurements/chest"],
        ),
    ]
    detail: Annotated[
        str,
        Field(
            max_length=1000,
            description="What was expected.",
            examples=["must be greater than 0"],
        ),
    ]


class Problem(ResponseModel):
    """A problem (RFC 9457)."""

    type: Annotated[
        str,
        Field(
            max_length=200,
            description="The kind of problem, as the address of its documentation.",
            examples=["/problems#not-found"],
            json_schema_extra={"format": "uri-reference"},
        ),
    ]
    title: Annotated[
        str,
        Field(
            max_length=200,
            description="The kind of problem in a few words.",
            examples=["There is nothing here"],
        ),
    ]
    status: Annotated[
        int,
        Field(
            ge=400,
            le=599,
            description="The status of the response.",
            examples=[404],
            json_schema_extra={"format": "int32"},
        ),
    ]
    detail: Annotated[
        str,
        Field(
            max_length=1000,
            description="What to do about the problem.",
            examples=["Check the address."],
        ),
    ]
    instance: Annotated[
        str,
        Field(
            max_length=60,
            description="The id of the request.",
            examples=["urn:uuid:019a0000-0000-7000-8000-000000000000"],
            json_schema_extra={"format": "uri"},
        ),
    ]


class ValidationProblem(Problem):
    """A problem with invalid fields."""

    errors: Annotated[
        list[FieldProblem],
        Field(max_length=MAX_ERRORS, description="The invalid fields."),
    ]


def format_pointer(location: Sequence[int | str]) -> str:
    """Return a place that Pydantic names as a JSON Pointer, or as the name of a parameter."""
    # Pydantic appends `[key]` to the location of a key that does not fit.
    place, *path = [_printable(part) for part in location if part != "[key]"]
    steps = "".join(f"/{step.replace('~', '~0').replace('/', '~1')}" for step in path)
    return f"#{steps}" if place == "body" else f"{place}{steps}"


def _printable(part: int | str) -> str:
    """Return the name of a field, which the client chose, truncated and in ASCII."""
    return str(part)[:60].encode("ascii", "backslashreplace").decode()
