"""The steps from a decoded picture to a small, upright WebP in sRGB without metadata."""

from dataclasses import dataclass
from io import BytesIO

from PIL import ExifTags, Image, ImageCms

from dressform.images.limits import MAX_SIDE

_EXIF_TRANSPOSE = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True, slots=True)
class ProcessedImage:
    """An image as WebP, with its size in pixels."""

    webp: bytes
    width: int
    height: int


def make_small(image: Image.Image) -> Image.Image:
    """Decode the picture, and return it upright, in sRGB, with at most 1024 pixels on its longer side."""
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


def encode(image: Image.Image) -> ProcessedImage:
    """Return the visible pixels as WebP."""
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
