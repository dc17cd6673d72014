"""A PNG without what is not needed to show it, and the check of what is needed.

Viewers ignore a wrong checksum of text, and any amount of it; Pillow refuses both. Pillow ignores a
wrong checksum of pixels, at which viewers stop.
"""

import struct
import zlib
from collections.abc import Iterator

from dressform.errors import UnsupportedPicture
from dressform.images.limits import CUT, DAMAGED, TOO_MANY_PARTS

MAX_PROFILE_BYTES = 4 * 1024 * 1024
"""The largest colour profile that is applied. A larger one is left out, like a broken one."""

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CRITICAL = frozenset({b"IHDR", b"PLTE", b"IDAT"})
_USED = frozenset({b"tRNS", b"iCCP", b"eXIf"})
_MAX_CHUNKS = 50_000


def clean_png(data: bytes) -> bytes:
    """Return the PNG with size, palette, pixels, transparency, profile and orientation only.

    Raise UnsupportedPicture for a wrong checksum of one of the first three.
    """
    before, pixels = [_SIGNATURE], bytearray()
    for kind, content, is_intact in _iter_chunks(data):
        if kind in _CRITICAL and not is_intact:
            raise UnsupportedPicture(DAMAGED)
        if kind == b"IDAT":
            pixels += content
        elif kind in _CRITICAL or (kind in _USED and is_intact and _is_usable(kind, content)):
            before.append(_write_chunk(kind, content))
    if not pixels:
        raise UnsupportedPicture(DAMAGED if has_end(data) else CUT)
    return b"".join((*before, _write_chunk(b"IDAT", bytes(pixels)), _write_chunk(b"IEND", b"")))


def has_end(data: bytes) -> bool:
    """Return whether the last chunk is there, be it with a wrong checksum."""
    return any(kind == b"IEND" for kind, _, _ in _iter_chunks(data))


def _iter_chunks(data: bytes) -> Iterator[tuple[bytes, bytes, bool]]:
    """Yield type, content and whether the checksum is right; that of a chunk which is cut is not known."""
    at = len(_SIGNATURE)
    for _ in range(_MAX_CHUNKS):
        if len(data) < at + 8:
            return
        length, kind = struct.unpack_from(">I4s", data, at)
        content, at = data[at + 8 : at + 8 + length], at + 12 + length
        # The pixels may be complete, also when the last bytes of the file are missing.
        is_cut = at > len(data)
        yield (
            kind,
            content,
            is_cut
            or struct.unpack_from(">I", data, at - 4)[0] == zlib.crc32(content, zlib.crc32(kind)),
        )
        if is_cut or kind == b"IEND":
            return
    raise UnsupportedPicture(TOO_MANY_PARTS)


def _is_usable(kind: bytes, content: bytes) -> bool:
    if kind != b"iCCP":
        return True
    packed = content.partition(b"\0")[2][1:]
    try:
        profile = zlib.decompressobj().decompress(packed, MAX_PROFILE_BYTES + 1)
    except zlib.error:
        return False
    return len(profile) <= MAX_PROFILE_BYTES


def _write_chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(content, zlib.crc32(kind))
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)
