"""What the generated OpenAPI document lacks: who made it, what can always happen, examples."""

from typing import Any

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
from dressform.routers.problems import answers

_TAGS = {
    "auth": "Registering, signing in and out, passwords and addresses.",
    "profiles": "What members show of themselves.",
    "models": "The measurements of bodies, from which patterns are drafted.",
    "measurements": "The catalogue of measurements.",
    "privacy": "The notice, and what everybody can do about their own data.",
    "health": "For probes and operators.",
}
_DESCRIPTION = """\
The backend of a made-to-measure sewing site: accounts, public profiles, and *models*, the body
measurements from which sewing patterns are drafted.

Sign in at `/v1/auth/login` and send the access token as `Authorization: Bearer …`. It lasts ten
minutes; trade the refresh token for the next one. Every error is a problem document (RFC 9457).
What is kept, and for how long, stands at `/v1/privacy/notice`.
"""
_METHODS = ("get", "post", "put", "patch", "delete")


def describe(document: dict[str, Any]) -> dict[str, Any]:
    """The document, completed in place."""
    document["info"] |= {
        "description": _DESCRIPTION,
        "contact": {"name": "The people who run this site", "url": "https://dressform.example/"},
        "license": {"name": "MIT", "identifier": "MIT"},
    }
    document["servers"] = [{"url": "/", "description": "This service."}]
    document["tags"] = [{"name": name, "description": text} for name, text in _TAGS.items()]
    for path in document["paths"].values():
        for method in _METHODS:
            if method in path:
                _complete(path[method])
    return document


def _complete(operation: dict[str, Any]) -> None:
    secured = bool(operation.get("security"))
    has_input = "requestBody" in operation or "parameters" in operation
    common: list[type[DressformError]] = [InternalError, Unavailable]
    common += [NotSignedIn, Restricted] if secured else []
    common += [InvalidInput] if has_input else []
    common += [Unreadable, TooLarge] if "requestBody" in operation else []
    responses = operation["responses"]
    for status, answer in answers(*common).items():
        _merge(responses, str(status), answer)
    operation["responses"] = dict(sorted(responses.items()))


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
