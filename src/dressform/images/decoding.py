"""Decoding of a picture of a stranger, in a child process."""

import logging
import warnings
from io import BytesIO

import pillow_heif
from PIL import Image, ImageChops, PngImagePlugin

from dressform.errors import DressformError, TooLarge, UnsupportedPicture
from dressform.images.file_types import detect_format
from dressform.images.jpeg_markers import END, JpegMarkers
from dressform.images.limits import (
    CUT,
    DAMAGED,
    MAX_HEIF_PIXELS,
    MAX_JPEG_PIXELS,
    MAX_PIXELS,
    TOO_MANY_PIXELS,
    TOO_MUCH_MEMORY,
    TOO_SLOW,
)
from dressform.images.pixels import ProcessedImage, encode, make_small
from dressform.images.png_chunks import MAX_PROFILE_BYTES, clean_png, has_end

_MAX_EFFORT = 16 * MAX_PIXELS
_EFFORT_PER_PIXEL = {"PNG": 3, "WEBP": 3, "AVIF": 3, "HEIF": 3, "GIF": 2}
"""The processor time beside that of a scan of a JPEG."""

_MISSING_ROWS = 32
"""A JPEG that is cut is shown if no more than this part of its rows, or a row of blocks, is missing."""
_BLOCK_ROWS = 16
_VISIBLE_DIFFERENCE = 8
_NOISE = bytes.fromhex("5aa53cc3699612ed") * 4096
"""Decoded as pixels, it shows where those of the file end."""

# At DEBUG, Pillow logs all EXIF values, including GPS coordinates.
logging.getLogger("PIL").setLevel(logging.INFO)
# Pillow refuses twice as many pixels.
Image.MAX_IMAGE_PIXELS = MAX_JPEG_PIXELS // 2
PngImagePlugin.MAX_TEXT_CHUNK = MAX_PROFILE_BYTES
# An embedded thumbnail may show another picture, such as the one before it was cropped.
pillow_heif.register_heif_opener(
    thumbnails=False, depth_images=False, aux_images=False, decode_threads=1
)


def normalise(data: bytes, max_effort: int | None = None) -> ProcessedImage | None:
    """Return the first frame of a picture, or None if its estimated effort is larger.

    Raise TooLarge, and UnsupportedPicture with the reason.
    """
    warnings.filterwarnings("ignore", module=r"PIL\.|pillow_heif")
    kind = detect_format(data)
    if kind == "JPEG":
        return _normalise_jpeg(data, max_effort)
    if kind == "PNG":
        sent, data = data, clean_png(data)
        return _normalise(kind, data, max_effort, is_cut=not has_end(sent))
    return _normalise(kind, data, max_effort, is_cut=_is_cut(kind, data))


def _normalise_jpeg(data: bytes, max_effort: int | None) -> ProcessedImage | None:
    markers = JpegMarkers(data)
    if markers.has_end:
        return _normalise("JPEG", data, max_effort, markers=markers)
    data = data.rstrip(b"\xff")  # Half of a marker.
    try:
        return _normalise(
            "JPEG", data + END, max_effort, markers=markers, filled=data + _NOISE + END
        )
    except UnsupportedPicture as error:
        raise UnsupportedPicture(CUT if error.detail == DAMAGED else error.detail) from None


def _normalise(
    kind: str,
    data: bytes,
    max_effort: int | None,
    *,
    markers: JpegMarkers | None = None,
    is_cut: bool = False,
    filled: bytes | None = None,
) -> ProcessedImage | None:
    """Decode a picture. `filled` is the same one with other pixels in place of those that are missing."""
    try:
        with Image.open(BytesIO(data), formats=[kind]) as image:
            effort = _check_size(image, kind, markers)
            if max_effort is not None and effort > max_effort:
                return None
            height = image.height
            small = make_small(image)
        if filled is not None:
            with Image.open(BytesIO(filled), formats=[kind]) as image:
                _check_rows(small, make_small(image), height)
        return encode(small)
    except DressformError:
        raise
    except Image.DecompressionBombError:
        raise TooLarge(TOO_MANY_PIXELS) from None
    except Exception as error:  # noqa: BLE001 - any error of a decoder means a bad file
        raise UnsupportedPicture(_explain(error, is_cut=is_cut)) from None


def _check_size(image: Image.Image, kind: str, markers: JpegMarkers | None) -> int:
    """Return the effort that decoding will take. Raise TooLarge for too many pixels."""
    pixels = image.width * image.height
    limit = MAX_HEIF_PIXELS if kind == "HEIF" else MAX_PIXELS
    if markers is not None and markers.is_scalable:
        limit = MAX_JPEG_PIXELS
    if pixels > limit:
        raise TooLarge(TOO_MANY_PIXELS)
    effort = pixels * (_EFFORT_PER_PIXEL[kind] if markers is None else markers.scans)
    if effort > _MAX_EFFORT:
        raise UnsupportedPicture(TOO_SLOW)
    return effort


def _check_rows(small: Image.Image, other: Image.Image, height: int) -> None:
    """Raise UnsupportedPicture if the two differ in more than a few rows at one side.

    A picture that is to be turned has its last rows at another side.
    """
    difference = ImageChops.difference(small, other).convert("L")
    box = difference.point(lambda value: 255 if value > _VISIBLE_DIFFERENCE else 0).getbbox()
    if box is None:
        return
    left, top, right, bottom = box
    sides = ((right - left) / small.width, (bottom - top) / small.height)
    if min(sides) > max(1 / _MISSING_ROWS, min((_BLOCK_ROWS + 1) / height, 1 / 8)):
        raise UnsupportedPicture(CUT)


def _explain(error: Exception, *, is_cut: bool) -> str:
    if isinstance(error, MemoryError) or "memory" in str(error).lower():
        return TOO_MUCH_MEMORY
    return CUT if is_cut else DAMAGED


def _is_cut(kind: str, data: bytes) -> bool:
    """Return whether the end of the file is missing, by the lengths that it states."""
    if kind == "GIF":
        return not data.rstrip(b"\0").endswith(b";")
    if kind == "WEBP":
        return len(data) < 8 + int.from_bytes(data[4:8], "little")
    at = 0
    while at + 8 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        if size == 0:  # It goes on to the end of the file.
            return False
        if size == 1:  # The size follows the type.
            size = int.from_bytes(data[at + 8 : at + 16], "big")
        at += max(size, 8)
    return at != len(data)
