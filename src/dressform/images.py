"""Pictures that members send, decoded within limits and stripped of all but their pixels.

PNG, JPEG, WebP or AVIF in, by what the bytes are and not by what they are said to be; WebP out.
"""

import asyncio
import logging
import re
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from itertools import islice

from PIL import ExifTags, Image, ImageCms

from dressform.errors import DressformError, TooLarge, UnsupportedPicture

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 40_000_000
MAX_SIDE = 1024

_FORMATS = ("PNG", "JPEG", "WEBP", "AVIF")
_TOO_LARGE = "The picture is larger than 10 MB; send a smaller file."
_TOO_MANY_PIXELS = "The picture has more than 40 megapixels; scale it down first."

# Real pictures have some ten scans and at most a few hundred segments. A scan over nothing costs
# 60 bytes to send and 20 ms to decode, so a file of 10 MB could keep a thread for an hour.
_MAX_SCANS = 64
_MAX_SEGMENTS = 4_000

_JPEG_MARKER = re.compile(rb"\xff([^\x00\xff\xd0-\xd7])")
_JPEG_TEM, _JPEG_START, _JPEG_END, _JPEG_SCAN = 0x01, 0xD8, 0xD9, 0xDA

_EXIF_TRANSPOSE = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# At DEBUG Pillow logs every EXIF value that it meets, the place where a picture was taken included.
logging.getLogger("PIL").setLevel(logging.INFO)


@dataclass(frozen=True, slots=True)
class ProcessedImage:
    webp: bytes
    width: int
    height: int


class ImageProcessor:
    """Normalises `at_once` pictures at a time, which bounds the memory; the others wait."""

    def __init__(self, *, max_workers: int = 2) -> None:
        # Not a semaphore: a request given up releases that while its thread still decodes.
        self._threads = ThreadPoolExecutor(max_workers, thread_name_prefix="images")

    async def normalise(self, data: bytes) -> ProcessedImage:
        """The first frame, upright, in sRGB, at most 1024 pixels on its longer side.

        Raises TooLarge over 10 MB or 40 megapixels, UnsupportedPicture for what can't be decoded.
        """
        if len(data) > MAX_BYTES:
            raise TooLarge(_TOO_LARGE)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, _normalise, data)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


def _normalise(data: bytes) -> ProcessedImage:
    # A filter, since `catch_warnings` swaps the state of the whole process under other threads.
    warnings.filterwarnings("ignore", module=r"PIL\.")
    try:
        _check_jpeg_complexity(data)
        with Image.open(BytesIO(data), formats=_FORMATS) as image:
            return _encode(_resize(image))
    except DressformError:
        raise
    except Image.DecompressionBombError:
        raise TooLarge(_TOO_MANY_PIXELS) from None
    except Exception:  # noqa: BLE001 - whatever a decoder stumbles over is the file's fault
        raise UnsupportedPicture from None


def _check_jpeg_complexity(data: bytes) -> None:
    if not data.startswith(b"\xff\xd8"):
        return
    markers = list(islice(_iter_jpeg_markers(data), _MAX_SEGMENTS + 1))
    if len(markers) > _MAX_SEGMENTS or markers.count(_JPEG_SCAN) > _MAX_SCANS:
        raise UnsupportedPicture


def _iter_jpeg_markers(data: bytes) -> Iterator[int]:
    at = 0
    while found := _JPEG_MARKER.search(data, at):
        marker, at = found[1][0], found.end()
        yield marker
        if marker == _JPEG_END:
            return
        if marker not in {_JPEG_TEM, _JPEG_START}:
            at += int.from_bytes(data[at : at + 2], "big")


def _resize(image: Image.Image) -> Image.Image:
    if image.width * image.height > MAX_PIXELS:
        raise TooLarge(_TOO_MANY_PIXELS)
    turn = _EXIF_TRANSPOSE.get(_read_orientation(image))
    profile = image.info.get("icc_profile")
    image = _convert_to_resizable(image)
    image.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
    image = _convert_to_srgb(image, profile)
    return image.transpose(turn) if turn is not None else image


def _read_orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # noqa: BLE001 - a picture is no worse for its broken metadata
        return 1


def _convert_to_resizable(image: Image.Image) -> Image.Image:
    """The same picture in a mode that can be scaled smoothly."""
    if image.mode == "I;16":
        image = _convert_to_8_bits(image)
    # JPEG's own modes stay untouched: then it is scaled while it is decoded, in little memory.
    if image.mode in {"L", "RGB", "RGBA", "CMYK"} and "transparency" not in image.info:
        return image
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _convert_to_8_bits(image: Image.Image) -> Image.Image:
    grey = image.point(lambda value: value / 256).convert("L")
    if "transparency" in image.info:
        grey.info["transparency"] = image.info["transparency"] >> 8
    return grey


def _convert_to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile or b""))
        target = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(image, source, target, outputMode=mode) or image
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        # None, a broken one, or one for another kind of pixels.
        return image.convert(mode)


def _encode(image: Image.Image) -> ProcessedImage:
    bare = _drop_hidden_pixels(image)
    file = BytesIO()
    bare.save(file, "WEBP", quality=82, method=4)
    return ProcessedImage(file.getvalue(), bare.width, bare.height)


def _drop_hidden_pixels(image: Image.Image) -> Image.Image:
    """What can be seen and no more: an erased background is often still there, transparent."""
    mask = image.getchannel("A").point([0] + [255] * 255) if image.mode == "RGBA" else None
    bare = Image.new(image.mode, image.size)
    bare.paste(image, mask=mask)
    return bare
