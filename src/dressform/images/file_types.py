"""The format of a file by its first bytes: one that is decoded, or the name of another one."""

import re

from dressform.errors import UnsupportedPicture
from dressform.images.limits import EMPTY, SEND_ANOTHER

_DECODED = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "PNG"),
    (re.compile(rb"\xff\xd8\xff"), "JPEG"),
    (re.compile(rb"GIF8[79]a"), "GIF"),
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), "WEBP"),
)
_OTHERS = (
    (re.compile(rb"%PDF-"), "a PDF"),
    (re.compile(rb"II\*\0|MM\0\*|IIRO|IIU\0"), "a TIFF, or the raw file of a camera"),
    (re.compile(rb"BM.{4}\0\0\0\0", re.DOTALL), "a BMP"),
    (re.compile(rb"\0\0[\1\2]\0"), "an icon of Windows"),
    (re.compile(rb"8BPS"), "a file of Photoshop"),
    (re.compile(rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51"), "a JPEG 2000"),
    (re.compile(rb"\0\0\0\x0cJXL |\xff\x0a"), "a JPEG XL"),
    (re.compile(rb"%!PS|\xc5\xd0\xd3\xc6"), "a PostScript file"),
    (re.compile(rb"P[1-7]\s"), "a Netpbm picture"),
    (re.compile(rb"PK[\3\5\7]"), "a ZIP archive or an office document"),
    (re.compile(rb"\x1a\x45\xdf\xa3|RIFF.{4}AVI ", re.DOTALL), "a video"),
    (re.compile(rb"[\s\xef\xbb\xbf]*<(\?xml|!--|!DOCTYPE svg|svg)[^\0]*<svg|[\s\xef\xbb\xbf]*<svg", re.IGNORECASE), "an SVG"),
    (re.compile(rb"[\s\xef\xbb\xbf]*<(!doctype )?html", re.IGNORECASE), "an HTML page"),
    (re.compile(rb"[\s\xef\xbb\xbf]*<\?xml"), "an XML document"),
)  # fmt: skip
_HEAD_BYTES = 1024

_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_HEIF_BRANDS = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}
)


def detect_format(data: bytes) -> str:
    """Return Pillow's name of the format. Raise UnsupportedPicture, which names another format."""
    head = data[:_HEAD_BYTES]
    if not head:
        raise UnsupportedPicture(EMPTY)
    for pattern, name in _DECODED:
        if pattern.match(head):
            return name
    if head[4:8] == b"ftyp":
        return _detect_by_brands(head)
    for pattern, name in _OTHERS:
        if pattern.match(head):
            raise UnsupportedPicture(f"This is {name}. {SEND_ANOTHER}")
    raise UnsupportedPicture(f"This is no picture of a known format. {SEND_ANOTHER}")


def _detect_by_brands(head: bytes) -> str:
    """Return the format of an ISO base media file (ISO/IEC 14496-12), whose brands say what it holds."""
    size = int.from_bytes(head[:4], "big")
    brands = {head[8:12], *(head[at : at + 4] for at in range(16, min(size, len(head)), 4))}
    if brands & _AVIF_BRANDS:
        return "AVIF"
    if brands & _HEIF_BRANDS:
        return "HEIF"
    name = "the raw file of a camera" if head[8:12] == b"crx " else "a video"
    raise UnsupportedPicture(f"This is {name}. {SEND_ANOTHER}")
