"""Checks of what an export says of a profile, by the rules of a change of the profile."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from dressform.api.schemas.profiles import ProfileUpdate
from dressform.sewing.catalogue import printable_name
from dressform.sewing.formats import ImportedProfile


def validate_profile(profile: ImportedProfile | None) -> tuple[dict[str, Any], set[str]]:
    """Return the valid fields, and the entries of the report whose values are not valid."""
    fields: dict[str, Any] = {}
    invalid: set[str] = set()
    for entry, patch in _iter_patches(profile) if profile else ():
        try:
            valid = ProfileUpdate(**patch).model_dump(exclude_unset=True)
        except ValidationError:
            invalid.add(entry)
            continue
        accounts = valid.pop("social_accounts", {})
        fields |= valid
        if accounts:
            fields.setdefault("social_accounts", {}).update(accounts)
    return fields, invalid


def _iter_patches(profile: ImportedProfile) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each value with the name of its entry in the report."""
    for key, text in profile.settings.items():
        yield key, {key: text}
    if profile.bio:
        yield "bio", {"bio": profile.bio}
    for network, name in profile.social_accounts.items():
        yield printable_name(f"social_accounts.{network}"), {"social_accounts": {network: name}}
