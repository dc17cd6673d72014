"""Processing of uploaded pictures: they are decoded within limits and re-encoded as plain WebP.

The input is PNG, JPEG, WebP or AVIF. The format is detected from the bytes, not from a header.
"""

import logging
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import islice

from PIL import ExifTags, Image, ImageCms

from dressform.errors import DressformError, TooLarge, UnsupportedPicture
from dressform.executors.child_process import ChildFailedError
from dressform.executors.process_executor import ProcessExecutor

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 40_000_000
MAX_SIDE = 1024

_FORMATS = ("PNG", "JPEG", "WEBP", "AVIF")
_TOO_LARGE = "The picture is larger than 10 MB; send a smaller file."
_TOO_MANY_PIXELS = "The picture has more than 40 megapixels; scale it down first."

# Real JPEG files have about ten scans and at most a few hundred segments. An empty scan has 60 bytes
# and visits each pixel, so that a file of 10 MB could occupy a process for an hour.
_MAX_SCANS = 64
_MAX_SCANNED_PIXELS = 16 * MAX_PIXELS
_MAX_SEGMENTS = 4_000

# 40 megapixels of any format need 700 MB at most. A small AVIF could take 2 GB.
_MAX_MEMORY = 768 * 1024 * 1024
_MAX_SECONDS = 30.0
MAX_QUEUED = 8

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

# At DEBUG, Pillow logs all EXIF values, including GPS coordinates.
logging.getLogger("PIL").setLevel(logging.INFO)


@dataclass(frozen=True, slots=True)
class ProcessedImage:
    """An image as WebP, with its size in pixels."""

    webp: bytes
    width: int
    height: int


class ImageProcessor:
    """Child processes that decode two pictures at a time, within a limit of memory."""

    def __init__(self) -> None:
        self._executor = ProcessExecutor(
            "images",
            processes=2,
            max_queued=MAX_QUEUED,
            max_seconds=_MAX_SECONDS,
            max_memory=_MAX_MEMORY,
        )

    async def normalise(self, data: bytes) -> ProcessedImage:
        """Return the first frame, upright, in sRGB, with at most 1024 pixels on its longer side.

        Raises TooLarge above 10 MB or 40 megapixels, UnsupportedPicture if decoding fails, takes too
        long or needs too much memory, and Unavailable when too many pictures wait.
        """
        if len(data) > MAX_BYTES:
            raise TooLarge(_TOO_LARGE)
        try:
            return await self._executor.run(_normalise, data)
        except ChildFailedError:
            raise UnsupportedPicture from None

    def close(self) -> None:
        """Cancel waiting pictures, and stop the processes."""
        self._executor.close()


def _normalise(data: bytes) -> ProcessedImage:
    warnings.filterwarnings("ignore", module=r"PIL\.")
    try:
        scans = _count_jpeg_scans(data)
        with Image.open(BytesIO(data), formats=_FORMATS) as image:
            if scans * image.width * image.height > _MAX_SCANNED_PIXELS:
                raise UnsupportedPicture  # noqa: TRY301
            return _encode(_resize(image))
    except DressformError:
        raise
    except Image.DecompressionBombError:
        raise TooLarge(_TOO_MANY_PIXELS) from None
    except Exception:  # noqa: BLE001 - any error of a decoder means a bad file
        raise UnsupportedPicture from None


def _count_jpeg_scans(data: bytes) -> int:
    """Return the number of scans of a JPEG, else 0. Raise UnsupportedPicture for too many."""
    if not data.startswith(b"\xff\xd8"):
        return 0
    markers = list(islice(_iter_jpeg_markers(data), _MAX_SEGMENTS + 1))
    if len(markers) > _MAX_SEGMENTS or markers.count(_JPEG_SCAN) > _MAX_SCANS:
        raise UnsupportedPicture
    return markers.count(_JPEG_SCAN)


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
    except Exception:  # noqa: BLE001 - broken metadata are ignored
        return 1


def _convert_to_resizable(image: Image.Image) -> Image.Image:
    """Return the picture in a mode that `thumbnail` can resample."""
    if image.mode == "I;16":
        image = _convert_to_8_bits(image)
    # Keep JPEG's own modes, so that `draft` scales while decoding and needs little memory.
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
        # There is no profile, it is broken, or it is one for another mode.
        return image.convert(mode)


def _encode(image: Image.Image) -> ProcessedImage:
    bare = _drop_hidden_pixels(image)
    file = BytesIO()
    bare.save(file, "WEBP", quality=82, method=4)
    return ProcessedImage(file.getvalue(), bare.width, bare.height)


def _drop_hidden_pixels(image: Image.Image) -> Image.Image:
    """Return only visible pixels. Transparent pixels often still contain an erased background."""
    mask = image.getchannel("A").point([0] + [255] * 255) if image.mode == "RGBA" else None
    bare = Image.new(image.mode, image.size)
    bare.paste(image, mask=mask)
    return bare
