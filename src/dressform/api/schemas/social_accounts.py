"""The social media accounts of a profile: names or links that a page can show safely."""

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from dressform.api.schemas.fields import match_pattern
from dressform.api.schemas.visible_text import LINE_PATTERN, normalize_line

NETWORK_PATTERN = r"^[a-z][a-z0-9_-]*$"
NETWORK_RULE = "must be the name of a network in lower case, such as mastodon"

_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):(/*)")
_RUNNING_SCHEMES = re.compile(
    r"(?:java|vb|live|ecma)script|mocha|data|blob|file|filesystem|about|jar|mhtml|mk|res|resource|chrome.*"
    r"|view-source|feed|pcast|wyciwyg|intent|shell|search-ms|ms-.*|.*-extension"
)
"""Schemes whose links run something, or read files of the reader."""


_DECEPTIVE = re.compile(r"\\|^//|^https?:(?!//)|^https?://[^/?#]*@", re.IGNORECASE)
"""Links whose host is not what a reader takes for it: https://sewing.example@evil.example."""


def _check_link_host(value: str) -> str:
    if _DECEPTIVE.search("".join(unicodedata.normalize("NFKC", value).split())):
        raise PydanticCustomError(
            "link", "must be a name, or a link that begins with https:// and the name of its site"
        )
    return value


def _check_link_scheme(value: str) -> str:
    """Refuse links of other schemes, which a page must not run. A name may hold a colon."""
    # Browsers ignore space at the start, and some characters within a scheme.
    scheme = _SCHEME.match("".join(unicodedata.normalize("NFKC", value).split()))
    if scheme is None or (name := scheme[1].lower()) in {"http", "https"}:
        return value
    if _RUNNING_SCHEMES.fullmatch(name) or scheme[2]:
        raise PydanticCustomError("link", "must be a name, or a link that begins with https://")
    return value


Network = Annotated[
    str,
    Field(
        min_length=1,
        max_length=30,
        description="The name of a network in lower case, such as `mastodon`.",
        examples=["mastodon"],
        json_schema_extra={"pattern": NETWORK_PATTERN},
    ),
    match_pattern(NETWORK_PATTERN, NETWORK_RULE),
]
SocialAccount = Annotated[
    str,
    Field(
        min_length=1,
        max_length=200,
        description="A name or a web address on that network.",
        examples=["@ada@sewing.example"],
        json_schema_extra={"pattern": rf"{LINE_PATTERN}|^\s*$", "minLength": 0},
    ),
    AfterValidator(normalize_line),
    AfterValidator(_check_link_scheme),
    AfterValidator(_check_link_host),
]
