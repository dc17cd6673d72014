"""What the generated OpenAPI document lacks: who made it, what can always happen, examples."""

from collections.abc import Iterator
from typing import Any

from dressform.api.exception_handlers import answers, component_schemas
from dressform.errors import (
    DressformError,
    InternalError,
    InvalidInput,
    NotSignedIn,
    Restricted,
    TooLarge,
    Unavailable,
    Unreadable,
)

_TAGS = {
    "auth": "Registering, signing in and out, passwords and addresses.",
    "dataset": "The open dataset: body measurements in which nobody can be found.",
    "health": "For probes and operators.",
    "measurements": "The catalogue of measurements.",
    "models": "The measurements of bodies, from which patterns are drafted.",
    "operations": "For the people who operate the site: diagnosing, and only that.",
    "privacy": "The notice, and what everybody can do about their own data.",
    "profiles": "What members show of themselves.",
}
_DESCRIPTION = """\
The backend of a made-to-measure sewing site: accounts, public profiles, and *models*, the body
measurements from which sewing patterns are drafted.

Sign in at `/v1/auth/login` and send the access token as `Authorization: Bearer …`. It lasts ten
minutes; trade the refresh token for the next one. Every error is a problem document (RFC 9457).
What is kept, and for how long, stands at `/v1/privacy/notice`.
"""
_ID = "019a0000-0000-7000-8000-000000000000"
_METHODS = ("get", "head", "post", "put", "patch", "delete")

_TEXT = {"type": "string", "maxLength": 200}
_HEADERS: dict[str, dict[str, Any]] = {
    "Content-Range": {
        "description": "Which part of a file was sent, and how long all of it is; `*`: none.",
        "schema": _TEXT,
        "example": "bytes */1500000",
    },
    "ETag": {
        "description": "The version of what was sent, for `If-None-Match`.",
        "schema": _TEXT,
        "example": '"3"',
    },
    "Location": {
        "description": "Where that which was made is found.",
        "schema": _TEXT | {"format": "uri-reference"},
        "example": f"/v1/models/{_ID}",
    },
    "Retry-After": {
        "description": "Seconds to wait before another try.",
        "schema": {"type": "integer", "format": "int32", "minimum": 1, "maximum": 86400},
        "example": 60,
    },
    "WWW-Authenticate": {
        "description": "What an access token is sent as.",
        "schema": _TEXT,
        "example": "Bearer",
    },
    "X-Request-ID": {
        "description": "The request's id; a problem's `instance` holds it too.",
        "schema": _TEXT | {"format": "uuid"},
        "example": _ID,
    },
}
_HEADER_OF_STATUS = {
    "201": "Location",
    "401": "WWW-Authenticate",
    "416": "Content-Range",
    "429": "Retry-After",
    "503": "Retry-After",
}
_IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The `ETag` of what you have: while it is current, the answer is 304.",
    # Without a limit of its own: nothing refuses a long one.
    "schema": {"type": "string"},
    "example": '"3"',
}
_BY_FORMAT = {"uuid": _ID, "date-time": "2026-03-01T12:00:00Z", "date": "2026-03-01"}


def describe(document: dict[str, Any], *, site: str, contact: str | None) -> dict[str, Any]:
    """The document, completed in place. `site`: its address; `contact`: an e-mail address."""
    document["info"] |= {
        "description": _DESCRIPTION,
        "contact": {"name": "The people who run this site", "url": f"{site}/"}
        | ({"email": contact} if contact else {}),
        "license": {"name": "MIT", "url": "https://opensource.org/license/mit"},
    }
    document["servers"] = [{"url": "/", "description": "This service."}]
    document["tags"] = [{"name": name, "description": text} for name, text in _TAGS.items()]
    components = document["components"]
    components["headers"] = _HEADERS
    # FastAPI's own kind of 422 is never sent.
    for unused in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(unused, None)
    components["schemas"] |= component_schemas()
    for operation in _operations(document):
        _complete(operation)
        _exemplify(operation, components["schemas"])
    return document


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        yield from (path[method] for method in _METHODS if method in path)


def _complete(operation: dict[str, Any]) -> None:
    summary, _, more = operation["description"].partition("\n\n")
    operation |= {"summary": summary, "description": more or f"{summary}."}
    operation.setdefault("security", [])
    responses = operation["responses"]
    for status, answer in answers(*_always(operation)).items():
        _merge(responses, str(status), answer)
    operation["responses"] = dict(sorted(responses.items()))
    for status, answer in responses.items():
        names = filter(None, ["X-Request-ID", _HEADER_OF_STATUS.get(status)])
        references = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
        answer["headers"] = references | answer.get("headers", {})
    if "304" in responses:
        operation["parameters"] = [*operation.get("parameters", []), _IF_NONE_MATCH]


def _always(operation: dict[str, Any]) -> list[type[DressformError]]:
    """What an operation may answer without its saying so."""
    has_input = "requestBody" in operation or "parameters" in operation
    found: list[type[DressformError]] = [InternalError, Unavailable, TooLarge]
    found += [NotSignedIn, Restricted] if operation["security"] else []
    found += [InvalidInput] if has_input else []
    found += [Unreadable] if "requestBody" in operation else []
    return found


def _merge(responses: dict[str, Any], status: str, answer: dict[str, Any]) -> None:
    """Examples of one status stand side by side; FastAPI's own 422 gives way."""
    present = responses.get(status, {}).get("content", {})
    ((media_type, fresh),) = answer["content"].items()
    if media_type in present:
        fresh["examples"] |= present[media_type].get("examples", {})
    elif present and status != "422":
        present[media_type] = fresh
        return
    responses[status] = answer


def _exemplify(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Every value gets an example, put together from those of the fields."""
    for parameter in operation.get("parameters", []):
        parameter.setdefault("example", _example(parameter["schema"], schemas))
    for part in (operation.get("requestBody", {}), *operation["responses"].values()):
        content = part.get("content", {}).get("application/json")
        if content is not None:
            # An endpoint that answers nothing sends `null`.
            content["schema"] = content["schema"] or {"type": "null"}
            content.setdefault("example", _example(content["schema"], schemas))
            # Only a request's body comes without a description.
            part.setdefault("description", _resolved(content["schema"], schemas).get("description"))


def _resolved(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    """The schema that says most: behind a reference, or the first of several that may be."""
    if "$ref" in schema:
        named: dict[str, Any] = schemas[schema["$ref"].rpartition("/")[2]]
        return named
    if "anyOf" in schema and "examples" not in schema:
        return _resolved(schema["anyOf"][0], schemas)
    return schema


def _example(unresolved: dict[str, Any], schemas: dict[str, Any]) -> Any:
    schema = _resolved(unresolved, schemas)
    for key in ("examples", "enum"):
        if key in schema:
            return schema[key][0]
    if schema["type"] == "array":
        return [_example(schema["items"], schemas)]
    if schema["type"] == "object":
        return {name: _example(one, schemas) for name, one in schema["properties"].items()}
    return schema.get("const", schema.get("default", _BY_FORMAT.get(schema.get("format", ""))))
