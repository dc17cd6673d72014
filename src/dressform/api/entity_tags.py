"""ETags of models and profiles, and the conditions of changes (RFC 9110, sections 8.8.3 and 13.1).

A tag has two parts: the state, which changes with what a member can change, and the content of the
response. If-None-Match compares both. If-Match compares the state, so that the tag of a response with
`?unit=` fits, and a new day of the last login is no conflict. Both are keyed hashes: a tag tells neither
values nor times.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import Request

from dressform.api.schemas.models import ModelRead
from dressform.api.schemas.profiles import OwnProfileRead
from dressform.crypto.sealing import DataKey
from dressform.errors import PreconditionFailed
from dressform.repositories.sealed_models import StoredModel

_TAG = re.compile(r'(W/)?("[\x21\x23-\x7e\x80-\xff]*")')
_CHARACTERS = 22
_CHANGEABLE = {"username", "bio", "social_accounts", "language", "unit"}
_HEADER = {"ETag": {"$ref": "#/components/headers/ETag"}}
CREATED_WITH_TAG: dict[int | str, dict[str, Any]] = {201: {"headers": _HEADER}}


def read_with_tag(description: str) -> dict[int | str, dict[str, Any]]:
    """Return the `responses` of an operation that reads something with an ETag."""
    not_modified = {"description": "Your copy is current.", "headers": _HEADER}
    return changed_with_tag(description) | {304: not_modified}


def changed_with_tag(description: str) -> dict[int | str, dict[str, Any]]:
    """Return the `responses` of an operation that answers 200 with an ETag."""
    return {200: {"description": description, "headers": _HEADER}}


@dataclass(frozen=True, slots=True)
class EntityTag:
    """The ETag of one representation."""

    state: str
    content: str

    def __str__(self) -> str:
        return f'"{self.state}.{self.content}"'


def create_model_tag(key: DataKey, model: StoredModel, content: bytes | None = None) -> EntityTag:
    """Return the tag of a model. `content` is the response, without `?unit=` if it is left out."""
    content = content or ModelRead.from_domain(model).to_json()
    return EntityTag(compute_model_state(key, model), _digest(key, "etag-content-model", content))


def compute_model_state(key: DataKey, model: StoredModel) -> str:
    """Return the first part of a model's tag."""
    state = f"{model.id}/{model.version}/{model.base_version}".encode()
    return _digest(key, "etag-state-model", state)


def create_profile_tag(key: DataKey, profile: OwnProfileRead, content: bytes) -> EntityTag:
    """Return the tag of one's own profile. `content` is the response."""
    return EntityTag(
        compute_profile_state(key, profile), _digest(key, "etag-content-profile", content)
    )


def compute_profile_state(key: DataKey, profile: OwnProfileRead) -> str:
    """Return the first part of the tag of one's own profile."""
    return _digest(key, "etag-state-profile", profile.model_dump_json(include=_CHANGEABLE).encode())


def create_public_tag(key: DataKey, content: bytes) -> EntityTag:
    """Return the tag of a profile as other members see it. `content` is the response."""
    return EntityTag(
        _digest(key, "etag-state-public-profile", content),
        _digest(key, "etag-content-public-profile", content),
    )


def _digest(key: DataKey, purpose: str, value: bytes) -> str:
    return key.compute_digest(purpose, value).hex()[:_CHARACTERS]


def check_if_match(request: Request, state: str) -> None:
    """Raise PreconditionFailed if the request has If-Match, and none of its tags has this state."""
    header = ",".join(request.headers.getlist("if-match"))
    if "if-match" not in request.headers or header.strip() == "*":
        return
    if state not in _iter_states(header):
        raise PreconditionFailed


def _iter_states(header: str) -> Iterator[str]:
    """Yield the states of the strong tags: a weak one never matches."""
    for weak, text in _TAG.findall(header):
        if not weak:
            yield text.strip('"').partition(".")[0]
