"""What every viewer shows is taken, and what is damaged is called damaged, and how."""

import struct
import zlib
from collections.abc import Iterator
from io import BytesIO

import pytest
from PIL import Image, ImageChops, ImageStat, JpegImagePlugin

from dressform.errors import TooLarge, UnsupportedPicture
from dressform.images import ImageProcessor, decoding
from dressform.images.limits import CUT, DAMAGED
from tests.helpers.images import make_chunk, make_image, open_image

SIZE = (640, 480)


@pytest.fixture(scope="module")
def images() -> Iterator[ImageProcessor]:
    images = ImageProcessor()
    yield images
    images.close()


def photograph() -> Image.Image:
    """Return a picture that has different colours everywhere, as a photograph has."""
    bands = [Image.effect_noise((64, 48), 90).resize(SIZE) for _ in range(3)]
    return Image.merge("RGB", bands)


def encode(kind: str, **options: object) -> bytes:
    file = BytesIO()
    photograph().save(file, kind, **options)
    return file.getvalue()


def is_like(webp: bytes, data: bytes) -> bool:
    small = open_image(webp).convert("RGB")
    sent = open_image(data).convert("RGB").resize(small.size)
    return max(ImageStat.Stat(ImageChops.difference(small, sent)).mean) < 12


async def refusal(images: ImageProcessor, data: bytes) -> str:
    with pytest.raises(UnsupportedPicture) as refused:
        await images.normalise(data)
    return refused.value.detail


JPEGS: dict[str, dict[str, object]] = {
    "baseline": {},
    "progressive": {"progressive": True},
    "restart markers": {"restart_marker_rows": 1},
}


@pytest.mark.parametrize("kind", JPEGS)
@pytest.mark.parametrize("missing", [1, 2])
async def test_jpeg_without_its_end_marker_is_shown(
    images: ImageProcessor, kind: str, missing: int
) -> None:
    data = encode("JPEG", **JPEGS[kind])

    picture = await images.normalise(data[:-missing])

    assert is_like(picture.webp, data)


async def test_jpeg_without_its_last_blocks_is_shown(images: ImageProcessor) -> None:
    data = encode("JPEG")

    picture = await images.normalise(data[:-200])

    assert is_like(picture.webp, data)


@pytest.mark.parametrize("kind", JPEGS)
@pytest.mark.parametrize("part", [0.3, 0.6, 0.8])
async def test_jpeg_without_many_rows_ends_too_early(
    images: ImageProcessor, kind: str, part: float
) -> None:
    data = encode("JPEG", **JPEGS[kind])

    assert await refusal(images, data[: int(part * len(data))]) == CUT


async def test_night_photograph_without_its_end_marker_is_shown(images: ImageProcessor) -> None:
    """Its last rows are as black as rows that were never decoded."""
    data = make_image("JPEG", colour="black", size=SIZE)

    assert (await images.normalise(data[:-2])).width == 640


async def test_turned_jpeg_without_its_last_blocks_is_shown(images: ImageProcessor) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6

    picture = await images.normalise(encode("JPEG", exif=exif)[:-200])

    assert (picture.width, picture.height) == (480, 640)


@pytest.mark.parametrize("name", [b"tEXt", b"zTXt", b"iTXt", b"tIME", b"pHYs", b"eXIf", b"iCCP"])
async def test_png_with_a_wrong_checksum_beside_its_pixels_is_shown(
    images: ImageProcessor, name: bytes
) -> None:
    data = encode("PNG")
    broken = make_chunk(name, b"Comment\0\0hello")[:-4] + b"\0\0\0\0"

    for at in (33, len(data) - 12):  # before and after the pixels
        picture = await images.normalise(data[:at] + broken + data[at:])
        assert is_like(picture.webp, data)


async def test_png_with_much_text_is_shown(images: ImageProcessor) -> None:
    """Pillow's limits are 1 MB for one text, and 64 MB for all."""
    data = encode("PNG")
    one = make_chunk(b"tEXt", b"Comment\0" + b"x" * 3_000_000)
    many = make_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(1_000_000))) * 80

    for text in (one, many):
        picture = await images.normalise(data[:33] + text + data[33:])
        assert is_like(picture.webp, data)


async def test_png_with_a_large_profile_is_shown(images: ImageProcessor) -> None:
    data = encode("PNG")
    for size in (2_000_000, 20_000_000):
        profile = make_chunk(b"iCCP", b"large\0\0" + zlib.compress(bytes(size)))

        picture = await images.normalise(data[:33] + profile + data[33:])

        assert is_like(picture.webp, data)


@pytest.mark.parametrize("missing", [1, 4, 12, 14])
async def test_png_without_its_end_is_shown_when_all_pixels_are_there(
    images: ImageProcessor, missing: int
) -> None:
    data = encode("PNG")

    assert is_like((await images.normalise(data[:-missing])).webp, data)


@pytest.mark.parametrize("part", [0.1, 0.5, 0.95])
async def test_png_without_all_of_its_pixels_ends_too_early(
    images: ImageProcessor, part: float
) -> None:
    data = encode("PNG")

    assert await refusal(images, data[: int(part * len(data))]) == CUT


@pytest.mark.parametrize("name", [b"IHDR", b"PLTE", b"IDAT"])
async def test_png_with_damaged_pixels_is_called_damaged(
    images: ImageProcessor, name: bytes
) -> None:
    file = BytesIO()
    photograph().quantize(16).save(file, "PNG")
    data = bytearray(file.getvalue())
    at = data.index(name) + 4
    data[at + 30 if name == b"IDAT" else at] ^= 1

    assert await refusal(images, bytes(data)) == DAMAGED


async def test_png_of_very_many_chunks_is_refused_soon(images: ImageProcessor) -> None:
    data = encode("PNG")

    assert "segments" in await refusal(images, data[:33] + make_chunk(b"teSt") * 700_000)


@pytest.mark.parametrize("kind", ["WEBP", "AVIF", "HEIF", "GIF"])
@pytest.mark.parametrize("part", [0.2, 0.7])
async def test_other_format_that_is_cut_ends_too_early(
    images: ImageProcessor, kind: str, part: float
) -> None:
    data = encode(kind)

    assert await refusal(images, data[: int(part * len(data))]) == CUT


@pytest.mark.parametrize("kind", ["WEBP", "AVIF"])
async def test_other_format_with_wrong_data_is_called_damaged(
    images: ImageProcessor, kind: str
) -> None:
    data = bytearray(encode(kind, quality=90))
    middle = len(data) // 2
    start = data.index(b"VP8 ") + 8 if kind == "WEBP" else data.index(b"mdat") + 4
    data[start:middle] = b"\xaa" * (middle - start)

    assert await refusal(images, bytes(data)) == DAMAGED


async def test_first_frame_of_a_gif_is_shown(images: ImageProcessor) -> None:
    frames = [Image.new("RGB", (64, 32), colour) for colour in ("red", "blue")]
    file = BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])

    picture = await images.normalise(file.getvalue())

    red, _, blue = open_image(picture.webp).convert("RGB").getpixel((30, 15))  # type: ignore[misc]
    assert red > 200
    assert blue < 50


async def test_transparency_of_a_gif_is_kept(images: ImageProcessor) -> None:
    file = BytesIO()
    Image.new("P", (64, 32), 0).save(file, "GIF", transparency=0)

    picture = await images.normalise(file.getvalue())

    assert open_image(picture.webp).getchannel("A").getextrema() == (0, 0)


def encode_large_jpeg(width: int, height: int, **options: object) -> bytes:
    file = BytesIO()
    Image.new("L", (width, height), 90).save(file, "JPEG", **options)
    return file.getvalue()


async def test_jpeg_above_forty_megapixels_is_scaled_while_decoding(images: ImageProcessor) -> None:
    picture = await images.normalise(encode_large_jpeg(16_000, 12_000))

    assert (picture.width, picture.height) == (1024, 768)


@pytest.mark.parametrize(
    "data",
    [
        encode_large_jpeg(8000, 6000, progressive=True),
        make_image("JPEG", size=SIZE).replace(
            struct.pack(">HH", 480, 640), struct.pack(">HH", 12_600, 16_000)
        ),
    ],
    ids=["progressive", "above 200"],
)
async def test_jpeg_that_would_need_memory_for_all_of_its_pixels_is_too_large(
    images: ImageProcessor, data: bytes
) -> None:
    with pytest.raises(TooLarge, match="megapixels"):
        await images.normalise(data)


def test_large_jpeg_is_decoded_at_a_smaller_scale(monkeypatch: pytest.MonkeyPatch) -> None:
    data, sizes = encode_large_jpeg(8000, 6000), []
    load = JpegImagePlugin.JpegImageFile.load

    def record_size(self: JpegImagePlugin.JpegImageFile) -> object:
        sizes.append(self.size)
        return load(self)

    monkeypatch.setattr(JpegImagePlugin.JpegImageFile, "load", record_size)
    decoding.normalise(data)

    assert sizes[0] == (4000, 3000)
