"""The markers of a JPEG: how many scans it has, and whether its end is missing."""

import re
from collections.abc import Iterator
from itertools import islice

from dressform.errors import UnsupportedPicture
from dressform.images.limits import TOO_MANY_PARTS

END = b"\xff\xd9"

# Real JPEG files have about ten scans and at most a few hundred segments. An empty scan has 60 bytes
# and visits each pixel, so that a file of 10 MB could occupy a process for an hour.
_MAX_SCANS = 64
_MAX_SEGMENTS = 4_000

_MARKER = re.compile(rb"\xff([^\x00\xff\xd0-\xd7])")
_TEM, _START, _END, _SCAN = 0x01, 0xD8, 0xD9, 0xDA
_BASELINE, _EXTENDED = 0xC0, 0xC1


class JpegMarkers:
    """The markers of a JPEG up to its end. Raise UnsupportedPicture for too many."""

    def __init__(self, data: bytes) -> None:
        found = list(islice(_iter_markers(data), _MAX_SEGMENTS + 1))
        self.scans = found.count(_SCAN)
        if len(found) > _MAX_SEGMENTS or self.scans > _MAX_SCANS:
            raise UnsupportedPicture(TOO_MANY_PARTS)
        self.has_end = _END in found
        # With several scans, libjpeg keeps all coefficients, whatever the scale.
        self.is_scalable = self.scans == 1 and not {_BASELINE, _EXTENDED}.isdisjoint(found)


def _iter_markers(data: bytes) -> Iterator[int]:
    at = 0
    while found := _MARKER.search(data, at):
        marker, at = found[1][0], found.end()
        yield marker
        if marker == _END:
            return
        if marker not in {_TEM, _START}:
            at += int.from_bytes(data[at : at + 2], "big")
