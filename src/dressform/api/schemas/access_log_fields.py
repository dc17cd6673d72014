"""The kinds of field of a look into the address log."""

import base64
import re
import struct
import unicodedata
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOMENT = r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)"
_PLACE = struct.Struct(">q16s")
_CURSOR = "[A-Za-z0-9_-]{32}"
_MAPPED = IPv6Network("::ffff:0:0/96")

# What only formats a text, or turns its direction (category Cf), as far as a pattern can say it in
# every dialect: that ends at U+FFFF.
_FORMATS = (
    r"\xAD\u0600-\u0605\u061C\u06DD\u070F\u0890\u0891\u08E2\u180E\u200B-\u200F\u202A-\u202E"
    r"\u2060-\u2064\u2066-\u206F\uFEFF\uFFF9-\uFFFB"
)
# One line with at least ten characters that are no blanks.
_REFUSED = rf"\x00-\x1F\x7F-\x9F\u2028\u2029{_FORMATS}"
_REASON = rf"(?:[^\S{_REFUSED}]*[^\s{_REFUSED}]){{10,}}[^\S{_REFUSED}]*"

_IPV4 = re.compile(r"(?<![0-9])[0-9]{1,3}(\.[0-9]{1,3}){3}(?![0-9])")
# Without dots: what has them as well holds an IPv4 address.
_WITH_COLONS = re.compile(r"[0-9A-Za-z]*:[0-9A-Za-z]*:[0-9A-Za-z:]*")
_IPV6_PARTS = range(3, 10)


def _is_moment(value: object) -> datetime:
    try:
        if isinstance(value, str) and re.fullmatch(_MOMENT, value, re.ASCII):
            moment = datetime.fromisoformat(value.upper()).astimezone(UTC)
            if moment > _EPOCH:
                return moment
    except (ValueError, OverflowError):
        pass
    raise PydanticCustomError("moment", "must be a time such as 2026-03-01T12:00:00Z")


def _is_network(value: object) -> IPv4Network | IPv6Network:
    try:
        network = ip_network(str(value), strict=False)
    except ValueError:
        raise PydanticCustomError(
            "network", "must be an address, or a network such as 203.0.113.0/24"
        ) from None
    if isinstance(network, IPv6Network) and network.subnet_of(_MAPPED):
        # As the log keeps it.
        inside = int(network.network_address) & 0xFFFFFFFF
        return IPv4Network((inside, network.prefixlen - _MAPPED.prefixlen))
    return network


def _is_reason(value: str) -> str:
    if any(unicodedata.category(character) == "Cf" for character in value):
        raise PydanticCustomError("invisible", "must not contain invisible characters")
    if not re.fullmatch(_REASON, value):
        raise PydanticCustomError(
            "reason", "must be one line with at least 10 characters besides blanks"
        )
    return value.strip()


def _has_no_address(value: str) -> str:
    """Refuse a text with an IP address, which would be stored outside the log."""
    plain = _plain(value)
    if _IPV4.search(plain) or any(map(_holds_ipv6, _WITH_COLONS.findall(plain))):
        raise PydanticCustomError(
            "address", "must not contain an address: that goes into `network`"
        )
    return value


def _plain(text: str) -> str:
    """Return the text with full-width and non-Latin digits and full stops as ASCII."""
    composed = unicodedata.normalize("NFKC", text).replace("。", ".")
    return "".join(str(unicodedata.decimal(one, one)) for one in composed)


def _holds_ipv6(text: str) -> bool:
    """Return whether the text contains an IPv6 address, also between words and colons:
    `from:2001:db8::1:`.
    """
    parts = text.split(":")
    return any(
        _is_address(":".join(parts[start : start + length]))
        for length in _IPV6_PARTS
        for start in range(len(parts) - length + 1)
    )


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def encode_keyset(place: tuple[datetime, UUID]) -> str:
    at, request_id = place
    packed = _PLACE.pack((at - _EPOCH) // timedelta(microseconds=1), request_id.bytes)
    return base64.urlsafe_b64encode(packed).decode()


def decode_keyset(cursor: str) -> tuple[datetime, UUID]:
    """Return the time and id of a cursor. Raise OverflowError for one out of range."""
    microseconds, request_id = _PLACE.unpack(base64.urlsafe_b64decode(cursor))
    return _EPOCH + timedelta(microseconds=microseconds), UUID(bytes=request_id)


def _is_place(value: str) -> str:
    try:
        if re.fullmatch(_CURSOR, value):
            decode_keyset(value)
            return value
    except OverflowError:
        pass
    raise PydanticCustomError("cursor", "must be the `next` of an earlier page")


_MOMENT_SCHEMA = {
    "type": "string",
    "format": "date-time",
    "pattern": f"^{_MOMENT}$",
    "minLength": 20,
    "maxLength": 35,
    "examples": ["2026-03-01T12:00:00Z"],
}
Timestamp = Annotated[datetime, BeforeValidator(_is_moment), WithJsonSchema(_MOMENT_SCHEMA)]
Network = Annotated[
    IPv4Network | IPv6Network,
    BeforeValidator(_is_network),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^[0-9A-Fa-f:.]{2,45}(/[0-9]{1,3})?$",
            "minLength": 2,
            "maxLength": 49,
            "examples": ["203.0.113.0/24"],
        }
    ),
]
Reason = Annotated[
    str,
    Field(
        min_length=10,
        max_length=500,
        examples=["Sign-ups have been failing since noon."],
        json_schema_extra={"pattern": f"^{_REASON}$"},
    ),
    AfterValidator(_is_reason),
    AfterValidator(_has_no_address),
]
Route = Annotated[
    str,
    Field(
        min_length=1,
        max_length=200,
        pattern=r"^(/[!-~]*|\(none\))$",
        examples=["/v1/models"],
    ),
    AfterValidator(_has_no_address),
]
Status = Annotated[
    str,
    Field(min_length=3, max_length=3, pattern="^[1-5]([0-9][0-9]|xx)$", examples=["5xx"]),
]
KeysetCursor = Annotated[
    str,
    AfterValidator(_is_place),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": f"^{_CURSOR}$",
            "minLength": 32,
            "maxLength": 32,
            "examples": ["AAZMBHwHiAABmgAAAABwAIAAAAAAAAAA"],
        }
    ),
]
