"""Complete the OpenAPI document that FastAPI generates: shared responses, order, examples."""

from collections.abc import Iterator
from typing import Any

from dressform.api.openapi_examples import add_example, add_schema_examples
from dressform.api.openapi_headers import HEADERS, IF_MATCH, IF_NONE_MATCH, headers_of
from dressform.api.openapi_tags import TAGS
from dressform.api.problem_responses import (
    errors_of,
    problem_content,
    problem_responses,
    problem_schemas,
    shared_responses,
)
from dressform.errors import (
    AccountRestricted,
    DressformError,
    InternalError,
    InvalidInput,
    MalformedRequest,
    OutcomeUnknown,
    RateLimited,
    TooLarge,
    Unauthenticated,
    Unavailable,
)

_DESCRIPTION = """\
The backend of a made-to-measure sewing site: accounts, public profiles, and *models*, the body
measurements from which sewing patterns are drafted.

Sign in at `/v1/auth/login` and send the access token as `Authorization: Bearer …`. The token is
valid for ten minutes; exchange the refresh token for the next one. Every error is a problem
document (RFC 9457). Any path may also answer 408 or 431, when a request arrives too slowly or its
headers are too large. A 429 says in `RateLimit` which limit is full (draft-ietf-httpapi-ratelimit-headers);
answers of limited endpoints name their limits in `RateLimit-Policy`. The privacy notice at `/v1/privacy/notice` lists what is stored, and for how
long.
"""
_METHODS = ("get", "head", "post", "put", "patch", "delete")
_SAFE_METHODS = frozenset({"get", "head"})
_ORDER = {name: place for place, name in enumerate(name for tag in TAGS for name in tag.operations)}


def complete_document(
    document: dict[str, Any], *, site: str, contact: str | None
) -> dict[str, Any]:
    """Complete the document in place, and return it.

    `site`: the URL of the site; `contact`: the e-mail address of its operators.
    """
    document["info"] |= {
        "description": _DESCRIPTION,
        "contact": {"name": "The operators of this site", "url": f"{site}/"}
        | ({"email": contact} if contact else {}),
        "license": {"name": "MIT", "url": "https://opensource.org/license/mit"},
    }
    paths = dict(sorted(document.pop("paths").items(), key=lambda pair: _place(pair[1])))
    components = document.pop("components")
    for method, operation in _iter_methods(paths):
        _complete_operation(method, operation, components["schemas"])
    operations = list(_iter_operations(paths))
    document |= {
        "servers": [{"url": "/", "description": "This service."}],
        "tags": [{"name": tag.name, "description": tag.description} for tag in TAGS],
        "paths": paths,
        "components": {
            "schemas": _complete_schemas(components["schemas"]),
            "responses": shared_responses(_iter_references(operations)),
            "headers": HEADERS,
            "securitySchemes": components["securitySchemes"],
        },
    }
    _drop_titles(document["paths"])
    _drop_titles(document["components"])
    return document


def _place(path_item: dict[str, Any]) -> int:
    """Return the place of a path: that of its first operation in the order of use."""
    return min(_ORDER[operation["operationId"]] for operation in _iter_operations({"": path_item}))


def _iter_operations(paths: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from (operation for _, operation in _iter_methods(paths))


def _iter_methods(paths: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in paths.values():
        yield from ((method, path[method]) for method in _METHODS if method in path)


def _iter_references(operations: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for operation in operations:
        yield from (each for each in operation["responses"].values() if "$ref" in each)


def _complete_operation(method: str, operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    summary, _, more = operation["description"].partition("\n\n")
    operation |= {"summary": summary, "description": " ".join(more.split()) or f"{summary}."}
    operation.setdefault("security", [])
    responses = operation["responses"]
    _add_common_errors(operation, responses, is_change=method not in _SAFE_METHODS)
    for status, response in responses.items():
        if "$ref" not in response:
            response["headers"] = headers_of(int(status)) | response.get("headers", {})
    if "304" in responses:
        operation["parameters"] = [*operation.get("parameters", []), IF_NONE_MATCH]
    if "412" in responses:
        operation["parameters"] = [*operation.get("parameters", []), IF_MATCH]
    for parameter in operation.get("parameters", []):
        add_example(parameter, schemas)
    operation["responses"] = dict(sorted(responses.items()))


def _add_common_errors(
    operation: dict[str, Any], responses: dict[str, Any], *, is_change: bool
) -> None:
    declared = {error for response in responses.values() for error in errors_of(response)}
    # FastAPI's own 422 is replaced.
    if not errors_of(responses.get("422", {})):
        responses.pop("422", None)
    errors = declared | set(_common_errors(operation))
    if is_change:
        errors.add(OutcomeUnknown)
    for status, reference in problem_responses(*errors).items():
        other = responses.get(str(status), {}).get("content")
        if other is None:
            responses[str(status)] = reference
        else:
            other |= problem_content(errors_of(reference))


def _common_errors(operation: dict[str, Any]) -> Iterator[type[DressformError]]:
    """Yield the errors that an operation may raise without declaring them."""
    yield from (InternalError, Unavailable, TooLarge)
    if operation["security"]:
        yield from (Unauthenticated, AccountRestricted, RateLimited)
    if "requestBody" in operation or "parameters" in operation:
        yield InvalidInput
    if "requestBody" in operation:
        yield MalformedRequest


def _complete_schemas(schemas: dict[str, Any]) -> dict[str, Any]:
    # FastAPI describes its own kind of 422, which this application never sends.
    own = {"HTTPValidationError", "ValidationError"}
    completed = {name: schema for name, schema in schemas.items() if name not in own}
    completed |= problem_schemas()
    for schema in completed.values():
        if "description" in schema:
            schema["description"] = " ".join(schema["description"].split())
    add_schema_examples(completed)
    return dict(sorted(completed.items()))


def _drop_titles(value: Any) -> None:
    """Remove the titles that Pydantic derives from names; examples keep their own `title`."""
    if isinstance(value, dict):
        if (
            isinstance(value.get("title"), str)
            and "openapi" not in value
            and "version" not in value
        ):
            del value["title"]
        for key, child in value.items():
            if key not in {"example", "examples"}:
                _drop_titles(child)
    elif isinstance(value, list):
        for child in value:
            _drop_titles(child)
