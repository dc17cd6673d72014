"""The problem responses of the OpenAPI document: written once each, and referred to."""

from collections.abc import Iterable, Iterator
from typing import Any

from pydantic.json_schema import models_json_schema

from dressform.api.openapi_headers import headers_of
from dressform.api.schemas.problems import Problem, ValidationProblem
from dressform.errors import DressformError, FieldError, InvalidInput

MEDIA_TYPE = "application/problem+json"

Response = dict[str, Any]

_PREFIX = "#/components/responses/"
_SEPARATOR = "_or_"
_REQUEST_ID = "019a0000-0000-7000-8000-000000000000"


def problem_responses(*errors: type[DressformError]) -> dict[int | str, Response]:
    """Return the `responses` of an operation that may raise these errors, as references."""
    by_status: dict[int | str, list[str]] = {}
    for error in sorted(errors, key=list(all_errors()).index):
        by_status.setdefault(int(error.status), []).append(error.__name__)
    return {
        status: {"$ref": _PREFIX + _SEPARATOR.join(names)} for status, names in by_status.items()
    }


def errors_of(response: Response) -> tuple[type[DressformError], ...]:
    """Return the errors that a response refers to; none if it is not a reference."""
    name = response.get("$ref", "").removeprefix(_PREFIX)
    known = {error.__name__: error for error in all_errors()}
    return tuple(known[each] for each in name.split(_SEPARATOR) if each)


def all_errors(parent: type[DressformError] = DressformError) -> Iterator[type[DressformError]]:
    """Yield every class of error, in the order in which they are defined."""
    for child in parent.__subclasses__():
        if "slug" in vars(child):  # Others are the same problem, told apart in the code alone.
            yield child
        yield from all_errors(child)


def shared_responses(references: Iterable[Response]) -> dict[str, Response]:
    """Return the responses that these references name, for `components`, in order of status."""
    named = {each["$ref"].removeprefix(_PREFIX): errors_of(each) for each in references}
    in_order = sorted(named.items(), key=lambda pair: (pair[1][0].status, pair[0]))
    return {name: _describe(errors) for name, errors in in_order}


def problem_content(errors: Iterable[type[DressformError]]) -> dict[str, Any]:
    """Return the `content` of a response that is one of these problems."""
    errors = tuple(errors)
    is_validation = any(issubclass(error, InvalidInput) for error in errors)
    schema = ValidationProblem if is_validation else Problem
    content: dict[str, Any] = {"schema": {"$ref": f"#/components/schemas/{schema.__name__}"}}
    if len(errors) == 1:
        return {MEDIA_TYPE: content | {"example": _example(errors[0])}}
    examples = {error.slug: {"value": _example(error)} for error in errors}
    return {MEDIA_TYPE: content | {"examples": examples}}


def problem_schemas() -> dict[str, Any]:
    """Return the schemas of problems: FastAPI adds only those of its own media type."""
    _, found = models_json_schema(
        [(Problem, "serialization"), (ValidationProblem, "serialization")],
        ref_template="#/components/schemas/{model}",
    )
    schemas: dict[str, Any] = found["$defs"]
    return schemas


def _describe(errors: tuple[type[DressformError], ...]) -> Response:
    first, *others = (error.title for error in errors)
    titles = [first, *(title[0].lower() + title[1:] for title in others)]
    return {
        "description": f"{', or '.join(titles)}.",
        "headers": headers_of(errors[0].status),
        "content": problem_content(errors),
    }


def _example(error: type[DressformError]) -> dict[str, Any]:
    field = FieldError("#/name", "is missing")
    raised = error(field) if issubclass(error, InvalidInput) else error()
    return raised.as_problem(_REQUEST_ID)
