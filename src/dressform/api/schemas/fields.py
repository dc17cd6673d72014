"""The kinds of field that several requests share, each with its limits."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from dressform.api.schemas.visible_text import (
    LINE_PATTERN,
    SHOWN_TEXT_PATTERN,
    TEXT_PATTERN,
    normalize_line,
    normalize_text,
    refuse_controls,
)
from dressform.crypto.secrets import TOKEN_PATTERN
from dressform.mail.addresses import (
    is_writable,
    normalize_address,
    normalize_login,
    strip_space,
)

USERNAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]*[A-Za-z0-9]$"
USERNAME_RULE = (
    "must be letters from a to z, digits, dots, hyphens and underscores, without spaces; it must begin "
    "and end with a letter or a digit"
)
USERNAME_DESCRIPTION = (
    "3 to 30 letters, digits, dots, hyphens or underscores; not case-sensitive. Names that look like "
    "that of a member (`l`, `1` and `I`, `rn` and `m`, dots left out) count as the same name; names "
    "that sound like the site's own or end like a website are refused."
)
EMAIL_RULE = "must be an e-mail address like ada@example.org"
EMAIL_UNWRITABLE = "cannot be written to: use another e-mail address"
TOKEN_RULE = "must be the 43 characters after #token= in the link: copy the whole link again"  # noqa: S105


def match_pattern(pattern: str, rule: str) -> AfterValidator:
    """Return a validator that explains in words what a pattern asks for."""
    compiled = re.compile(pattern.removesuffix("$") + r"\Z")

    def check(value: str) -> str:
        if not compiled.match(value):
            raise PydanticCustomError("pattern", rule)
        return value

    return AfterValidator(check)


def _normalize_email(value: str) -> str:
    try:
        address = normalize_address(value)
    except ValueError:
        raise PydanticCustomError("email", EMAIL_RULE) from None
    if not is_writable(address):
        raise PydanticCustomError("email", EMAIL_UNWRITABLE)
    return address


_MAX_STRIPPED = 1_000


def _strip(value: object) -> object:
    # Longer ones are refused anyway, and stripping them would hold up the event loop.
    return strip_space(value) if isinstance(value, str) and len(value) <= _MAX_STRIPPED else value


def _clear_if_blank(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


ClearIfBlank = BeforeValidator(_clear_if_blank)
"""Takes an empty text for null, since a form sends an empty field so."""

EmailStr = Annotated[
    str,
    Field(
        min_length=3,
        max_length=254,
        description="An e-mail address, which only its owner sees.",
        examples=["ada@example.org"],
        json_schema_extra={"format": "email"},
    ),
]
StripSpace = BeforeValidator(_strip)
"""Removes white space at the ends before anything else is checked: it is typed by mistake."""

Email = Annotated[EmailStr, AfterValidator(_normalize_email), StripSpace]
UsernameStr = Annotated[
    str,
    Field(
        min_length=3,
        max_length=30,
        description="3 to 30 letters, digits, dots, hyphens or underscores; not case-sensitive.",
        examples=["ada.l"],
        json_schema_extra={"pattern": USERNAME_PATTERN},
    ),
    match_pattern(USERNAME_PATTERN, USERNAME_RULE),
]
Username = Annotated[UsernameStr, Field(description=USERNAME_DESCRIPTION), StripSpace]
NewPassword = Annotated[
    str,
    Field(
        min_length=12,
        max_length=256,
        description="12 to 256 characters of any kind; refused when easy to guess.",
        examples=["seven tailors measured twice"],
        json_schema_extra={"format": "password", "pattern": TEXT_PATTERN},
    ),
    AfterValidator(refuse_controls),
]
Password = Annotated[
    str,
    Field(
        min_length=1,
        max_length=1024,
        description="The current password of the account.",
        examples=["seven tailors measured twice"],
        json_schema_extra={"format": "password", "pattern": TEXT_PATTERN},
    ),
    AfterValidator(refuse_controls),
]
Login = Annotated[
    str,
    Field(
        min_length=3,
        max_length=254,
        description="A username or an e-mail address.",
        examples=["ada.l"],
        json_schema_extra={"pattern": LINE_PATTERN},
    ),
    AfterValidator(normalize_line),
    AfterValidator(normalize_login),
    StripSpace,
]
Token = Annotated[
    str,
    Field(
        description="The token in the link, after `#token=`.",
        examples=["q1yLMu0Cd1TQTDJvTRAo0gaNXpCbZ2wTjU7aB4r7xKs"],
        json_schema_extra={"pattern": TOKEN_PATTERN, "minLength": 43, "maxLength": 43},
    ),
    match_pattern(TOKEN_PATTERN, TOKEN_RULE),
]
Language = Annotated[Literal["en", "fr"], Field(examples=["en"])]
LengthUnit = Annotated[
    Literal["mm", "cm", "in"],
    Field(description="The unit: millimetres, centimetres or inches.", examples=["cm"]),
]
Bio = Annotated[
    str,
    Field(
        min_length=1,
        max_length=2000,
        description="A plain text.",
        examples=["I sew my own coats."],
        json_schema_extra={"pattern": rf"{SHOWN_TEXT_PATTERN}|^\s*$", "minLength": 0},
    ),
    AfterValidator(normalize_text),
]
ModelName = Annotated[
    str,
    Field(
        min_length=1,
        max_length=100,
        description="The name of the model, which only you see.",
        examples=["Me, 2026"],
        json_schema_extra={"pattern": LINE_PATTERN},
    ),
    AfterValidator(normalize_line),
]
