"""The format of the setting DRESSFORM_MASTER_KEYS: ``id:base64``, separated by commas."""

import base64
import binascii
import re

KEY_ID_DESCRIPTION = "an id of 1 to 64 letters, digits and hyphens, such as 2026-11"

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")
_HINT = "(make one with `dressform keys new 2026-11`)"


def is_key_id(text: str) -> bool:
    """Return whether the text is a valid key id, as KEY_ID_DESCRIPTION says."""
    return _ID.fullmatch(text) is not None


def parse_master_keys(text: str) -> tuple[tuple[str, bytes], ...]:
    """Return pairs of id and 32 bytes from ``id:base64,id:base64``; the first one seals.

    Raise ValueError, without the key in its message, for a malformed or guessable key.
    """
    pairs = [_parse_pair(entry) for part in text.split(",") if (entry := part.strip())]
    if not pairs or len({key_id for key_id, _ in pairs}) != len(pairs):
        msg = "must have at least one key, and no id twice"
        raise ValueError(msg)
    return tuple(pairs)


def _parse_pair(entry: str) -> tuple[str, bytes]:
    key_id, separator, encoded = entry.partition(":")
    if not separator or not is_key_id(key_id):
        # The entry is not repeated in the message: it may be a key.
        msg = f"must have each key written as id:base64, with {KEY_ID_DESCRIPTION} {_HINT}"
        raise ValueError(msg)
    try:
        key = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != 32 or len(set(key)) < 12:  # noqa: PLR2004  32 random bytes: AES-256
        msg = f"has a key {key_id!r} that is not 32 random bytes {_HINT}"
        raise ValueError(msg)
    return key_id, key
