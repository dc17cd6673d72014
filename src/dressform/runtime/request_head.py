"""Checks of the head of a request that neither the parser nor uvicorn makes."""

import re
from collections.abc import Sequence

from dressform.errors import DressformError, MalformedRequest

MAX_UNPARSED_BYTES = 64 * 1024
"""The limit of bytes before the body, and between and after its chunks."""
PROBES = b"/health/"

# RFC 3986, section 2.3: a letter, digit, "-", ".", "_" or "~" has no need of an escape. A proxy that compares
# paths before it decodes them would not recognize a path that it is to block.
_NEEDLESS_ESCAPE = re.compile(
    rb"%(2[DEF]|3[0-9]|4[1-9A-F]|5[0-9AF]|6[1-9A-F]|7[0-9AE])", re.IGNORECASE
)


def check_head(
    url: bytes, headers: Sequence[tuple[bytes, bytes]], *, version: str
) -> DressformError | None:
    """Return the error of a request whose head must be refused, else None."""
    hosts = sum(name == b"host" for name, _ in headers)
    if hosts > 1 or (hosts == 0 and version == "1.1"):
        return MalformedRequest("Send exactly one Host header.")
    if b"%" in url and _NEEDLESS_ESCAPE.search(url.partition(b"?")[0]):
        return MalformedRequest("Do not escape letters, digits or slashes of the path.")
    return None
