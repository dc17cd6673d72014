"""The kinds of field that several requests share, each with its limits."""

import re
import unicodedata
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from dressform.mail.addresses import (
    is_writable,
    normalize_address,
    normalize_login,
    strip_space,
)

RESERVED = frozenset(
    {"admin", "administrator", "api", "dressform", "help", "moderator", "operator", "root"}
    | {"security", "staff", "support", "system", "webmaster"}
)


# What the validators below ask for, in the words of JSON Schema.
_TEXT_PATTERN = r"^[^\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F]*$"
_CONTROLS = r"\x00-\x1F\x7F-\x9F\u2028\u2029"
_LINE_PATTERN = rf"^[^{_CONTROLS}]*[^\s{_CONTROLS}][^{_CONTROLS}]*$"


def _refuse_controls(value: str) -> str:
    for character in value:
        category = unicodedata.category(character)
        if category == "Cs" or (category == "Cc" and character not in "\t\n\r"):
            raise PydanticCustomError("control", "must not contain control characters")
    return value


def _normalize_line(value: str) -> str:
    if any(unicodedata.category(character) in {"Cc", "Zl", "Zp"} for character in value):
        raise PydanticCustomError("line", "must be one line without control characters")
    if not value.strip():
        raise PydanticCustomError("blank", "must not be blank")
    return value.strip()


def _normalize_email(value: str) -> str:
    try:
        address = normalize_address(value)
    except ValueError:
        raise PydanticCustomError(
            "email", "must be an e-mail address like ada@example.org"
        ) from None
    if not is_writable(address):
        raise PydanticCustomError("email", "cannot be written to: use another e-mail address")
    return address


def _strip(value: object) -> object:
    return strip_space(value) if isinstance(value, str) else value


def _refuse_reserved(value: str) -> str:
    if value.casefold() in RESERVED:
        raise PydanticCustomError("reserved", "is reserved: choose another username")
    return value


_SCHEME = re.compile(r"\s*([a-zA-Z][a-zA-Z0-9+.-]*):")


def _check_link_scheme(value: str) -> str:
    """Refuse links of other schemes, which a page must not run."""
    scheme = _SCHEME.match(value)
    if scheme and scheme[1].lower() not in {"http", "https"}:
        raise PydanticCustomError("link", "must be a name, or a link that begins with https://")
    return value


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
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*[A-Za-z0-9]$",
        description="3 to 30 letters, digits, dots, hyphens or underscores; not case-sensitive.",
        examples=["ada.l"],
    ),
]
Username = Annotated[UsernameStr, AfterValidator(_refuse_reserved), StripSpace]
NewPassword = Annotated[
    str,
    Field(
        min_length=12,
        max_length=256,
        description="12 to 256 characters of any kind; refused when easy to guess.",
        examples=["seven tailors measured twice"],
        json_schema_extra={"format": "password", "pattern": _TEXT_PATTERN},
    ),
    AfterValidator(_refuse_controls),
]
Password = Annotated[
    str,
    Field(
        min_length=1,
        max_length=1024,
        description="The current password of the account.",
        examples=["seven tailors measured twice"],
        json_schema_extra={"format": "password", "pattern": _TEXT_PATTERN},
    ),
    AfterValidator(_refuse_controls),
]
Login = Annotated[
    str,
    Field(
        min_length=3,
        max_length=254,
        description="A username or an e-mail address.",
        examples=["ada.l"],
        json_schema_extra={"pattern": _LINE_PATTERN},
    ),
    AfterValidator(_normalize_line),
    AfterValidator(normalize_login),
    StripSpace,
]
Token = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9_-]{43}$",
        min_length=43,
        max_length=43,
        description="The token in the link, after `#token=`.",
        examples=["q1yLMu0Cd1TQTDJvTRAo0gaNXpCbZ2wTjU7aB4r7xKs"],
    ),
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
        json_schema_extra={"pattern": _TEXT_PATTERN},
    ),
    AfterValidator(_refuse_controls),
]
Network = Annotated[
    str,
    Field(
        pattern=r"^[a-z][a-z0-9_-]*$",
        min_length=1,
        max_length=30,
        description="The name of a network in lower case, such as `mastodon`.",
        examples=["mastodon"],
    ),
]
SocialAccount = Annotated[
    str,
    Field(
        min_length=1,
        max_length=200,
        description="A name or a web address on that network.",
        examples=["@ada@sewing.example"],
        json_schema_extra={"pattern": _LINE_PATTERN},
    ),
    AfterValidator(_normalize_line),
    AfterValidator(_check_link_scheme),
]
ModelName = Annotated[
    str,
    Field(
        min_length=1,
        max_length=100,
        description="The name of the model, which only you see.",
        examples=["Me, 2026"],
        json_schema_extra={"pattern": _LINE_PATTERN},
    ),
    AfterValidator(_normalize_line),
]
