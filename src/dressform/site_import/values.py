"""Values of FreeSewing's databases: dates, texts, and password fields."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from dressform.crypto.foreign_hashes import encode_bcrypt, encode_scrypt
from dressform.repositories.credentials import LengthUnit

_PLACEHOLDER = "--"


def parse_time(value: object) -> datetime | None:
    """Return a date: milliseconds since 1970, ISO 8601, or MongoDB's extended JSON of either."""
    if isinstance(value, Mapping):
        return parse_time(value.get("$date", value.get("$numberLong")))
    if isinstance(value, str) and value.lstrip("-").isdecimal():
        value = int(value)
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000, UTC)
        if isinstance(value, str):
            moment = datetime.fromisoformat(value.strip())
            return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None


def clean_text(value: object) -> str:
    """Return a text, empty for its placeholder and for what is none."""
    text = value.strip() if isinstance(value, str) else ""
    return "" if text == _PLACEHOLDER else text


def parse_password(field: object) -> str | None:
    """Return the stored form of the password hash of versions 3 and 4, None for another one."""
    try:
        found: Any = json.loads(field) if isinstance(field, str) else None
        if not isinstance(found, dict):
            return None
        if found.get("type") == "v2":
            return encode_bcrypt(found["data"])
        if found.get("type") == "v3":
            return encode_scrypt(bytes.fromhex(found["salt"]), bytes.fromhex(found["hash"]))
    except (ValueError, KeyError, TypeError):
        return None
    return None


def choose_unit(*, imperial: bool) -> LengthUnit:
    """Return the unit in which the member saw lengths."""
    return "in" if imperial else "cm"
