"""Checks of the head of a request that neither the parser nor uvicorn makes."""

import re
from collections.abc import Sequence

from dressform.errors import DressformError, MalformedRequest

MAX_UNPARSED_BYTES = 64 * 1024
"""The limit of bytes before the body, and between and after its chunks."""
PROBES = b"/health/"

_HOST = re.compile(rb"[A-Za-z0-9.\-_~:\[\]]+")
# RFC 3986, section 2.3: a letter, digit, "-", ".", "_" or "~" has no need of an escape. A proxy that compares
# paths before it decodes them would not recognize a path that it is to block.
_NEEDLESS_ESCAPE = re.compile(
    rb"%(2[DEF]|3[0-9]|4[1-9A-F]|5[0-9AF]|6[1-9A-F]|7[0-9AE])", re.IGNORECASE
)


class StopParsing(Exception):
    """Ends the parser in the middle of what was received, as httptools' own errors do."""


def check_head(
    url: bytes, headers: Sequence[tuple[bytes, bytes]], *, version: str
) -> DressformError | None:
    """Return the error of a request whose head must be refused, else None."""
    if version not in {"1.0", "1.1"}:
        return MalformedRequest("Send the request with HTTP/1.1.")
    hosts = [value for name, value in headers if name == b"host"]
    if len(hosts) > 1 or (not hosts and version == "1.1") or not all(map(_HOST.fullmatch, hosts)):
        return MalformedRequest("Send exactly one Host header, with a host and a port.")
    codings = [value.lower() for name, value in headers if name == b"transfer-encoding"]
    if codings not in ([], [b"chunked"]):
        return MalformedRequest("Send a body as it is or in chunks, without another coding.")
    if b"#" in url:
        return MalformedRequest("Leave the fragment out of the address.")
    if b"%" in url and _NEEDLESS_ESCAPE.search(url.partition(b"?")[0]):
        return MalformedRequest("Do not escape letters, digits or slashes of the path.")
    return None
