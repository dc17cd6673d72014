"""The codes of sign-in mails, and the tokens that bind a code to the client that asked for it."""

import base64
import secrets
from datetime import UTC, datetime

from dressform.crypto.secrets import TOKEN_BYTES

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's Base32, which has no I, L, O and U."""

_LOOKALIKES = str.maketrans({"I": "1", "L": "1", "O": "0", "-": None, " ": None})
_LENGTH = 8
_TIME_BYTES = 4

CODE_PATTERN = r"^ *[0-9A-TV-Za-tv-z]{4}[- ]?[0-9A-TV-Za-tv-z]{4} *$"
REQUEST_TOKEN_LENGTH = 48
REQUEST_TOKEN_PATTERN = r"^[A-Za-z0-9_-]{48}$"  # noqa: S105  the shape of a token, not a token


def new_code() -> str:
    """Return 40 random bits as eight characters."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))


def format_code(code: str) -> str:
    """Return a code in two groups of four characters, as a mail shows it."""
    return f"{code[:4]}-{code[4:]}"


def is_same_code(typed: str, code: str) -> bool:
    """Return whether a code was typed, in any case, with or without its dash."""
    normalized = typed.upper().translate(_LOOKALIKES)
    return secrets.compare_digest(normalized.encode(), code.encode())


def new_request_token(at: datetime) -> str:
    """Return the time in seconds and 256 random bits.

    Only its hash is stored, so that no row holds the time of a request. A token with another time
    has another hash.
    """
    seconds = int(at.timestamp()).to_bytes(_TIME_BYTES)
    return base64.urlsafe_b64encode(seconds + secrets.token_bytes(TOKEN_BYTES)).decode()


def read_request_time(token: str) -> datetime:
    """Return the time in a request token."""
    seconds = base64.urlsafe_b64decode(token)[:_TIME_BYTES]
    return datetime.fromtimestamp(int.from_bytes(seconds), UTC)
