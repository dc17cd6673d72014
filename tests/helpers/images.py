"""Pictures as members send them."""

import io
import struct
import zlib

from PIL import Image

TURNED = 6
"""The orientation of a camera held upright: the picture is stored lying on its side."""


def make_image(
    kind: str = "PNG", *, colour: str = "teal", size: tuple[int, int] = (40, 30), **more: object
) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, colour).save(made, kind, **more)
    return made.getvalue()


def photograph(secret: str) -> bytes:
    """Return a JPEG whose metadata contains `secret` in every field of cameras and editors."""
    exif = Image.Exif()
    exif[0x0112] = TURNED
    exif[0x010F] = secret
    exif[0x9286] = secret
    return make_image("JPEG", exif=exif, comment=secret.encode())


def open_image(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def make_chunk(kind: bytes, content: bytes = b"") -> bytes:
    """Return a chunk of a PNG."""
    checksum = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + checksum
