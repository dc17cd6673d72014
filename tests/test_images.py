import asyncio
import logging
import random
import struct
import time
import warnings
import zlib
from collections.abc import Iterator
from io import BytesIO
from itertools import pairwise

import pytest
from PIL import ExifTags, Image, ImageCms, ImageOps, PngImagePlugin, features

from dressform.errors import DressformError, TooLarge, Unavailable, UnsupportedPicture
from dressform.executors.child_process import ChildFailedError, ChildProcess
from dressform.images import MAX_BYTES, MAX_PIXELS, MAX_SIDE, ImageProcessor, ProcessedImage
from dressform.images.decoding import normalise
from dressform.images.limits import CUT, DAMAGED
from dressform.images.limits import FORMATS as FORMATS_IN_WORDS
from dressform.images.processor import MAX_QUEUED_SLOW

FORMATS = ("PNG", "JPEG", "WEBP", "AVIF", "HEIF")
SECRET = "12 rue du Secret"
XMP = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><where>{SECRET}</where></x:xmpmeta>'.encode()

RED, GREEN, BLUE, WHITE = (230, 20, 20), (20, 200, 20), (20, 20, 230), (250, 250, 250)


@pytest.fixture(scope="module")
def images() -> Iterator[ImageProcessor]:
    images = ImageProcessor()
    yield images
    images.close()


def quarters(width: int = 64, height: int = 32) -> Image.Image:
    """Red, green, blue and white, so that each of the eight orientations looks different."""
    image = Image.new("RGB", (2, 2))
    for place, colour in zip(
        [(0, 0), (1, 0), (0, 1), (1, 1)], [RED, GREEN, BLUE, WHITE], strict=True
    ):
        image.putpixel(place, colour)
    return image.resize((width, height), Image.Resampling.NEAREST)


def written(image: Image.Image, kind: str, **options: object) -> bytes:
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def read(picture: ProcessedImage) -> Image.Image:
    image = Image.open(BytesIO(picture.webp), formats=["WEBP"])
    assert image.size == (picture.width, picture.height)
    return image


def corners(image: Image.Image) -> list[tuple[int, ...]]:
    plain, (width, height) = image.convert("RGB"), image.size
    across, down = (width // 4, 3 * width // 4), (height // 4, 3 * height // 4)
    found = [plain.getpixel((x, y)) for y in down for x in across]
    return [pixel for pixel in found if isinstance(pixel, tuple)]


def alike(one: list[tuple[int, ...]], other: list[tuple[int, ...]], within: int = 12) -> bool:
    pairs = zip(one, other, strict=True)
    return all(abs(a - b) <= within for x, y in pairs for a, b in zip(x, y, strict=True))


def chunk(kind: bytes, content: bytes = b"") -> bytes:
    checksum = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + checksum


def png(size: tuple[int, int], *, depth: int, colour: int, row: bytes, extra: bytes = b"") -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", *size, depth, colour, 0, 0, 0))
    rows = chunk(b"IDAT", zlib.compress((b"\0" + row) * size[1]))
    return b"\x89PNG\r\n\x1a\n" + header + extra + rows + chunk(b"IEND")


def exif(orientation: int = 1) -> bytes:
    tags = Image.Exif()
    tags[ExifTags.Base.Orientation] = orientation
    tags[ExifTags.Base.ImageDescription] = SECRET
    tags.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: (48.0, 51.0, 24.0), 29: SECRET})
    return tags.tobytes()


def swapped_profile() -> bytes:
    """The profile of a screen whose red is sRGB's blue, and the other way round."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return srgb.replace(b"rXYZ", b"----").replace(b"bXYZ", b"rXYZ").replace(b"----", b"bXYZ")


def riff_chunks(webp: bytes) -> list[bytes]:
    at, kinds = 12, []
    while at < len(webp):
        kinds.append(webp[at : at + 4])
        at += 8 + (int.from_bytes(webp[at + 4 : at + 8], "little") + 1) // 2 * 2
    return kinds


def test_pillow_was_built_with_every_format() -> None:
    for feature in ("avif", "webp", "jpg", "zlib", "littlecms2"):
        assert features.check(feature), feature


@pytest.mark.parametrize("kind", FORMATS)
async def test_a_picture_becomes_a_webp_of_the_same_pixels(
    images: ImageProcessor, kind: str
) -> None:
    picture = await images.normalise(written(quarters(), kind))

    assert (picture.width, picture.height) == (64, 32)
    assert alike(corners(read(picture)), [RED, GREEN, BLUE, WHITE])


@pytest.mark.parametrize("kind", FORMATS)
async def test_nothing_but_pixels_comes_out(images: ImageProcessor, kind: str) -> None:
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", SECRET)
    text.add_itxt("Author", SECRET, zip=True)
    options: dict[str, object] = {"pnginfo": text} if kind == "PNG" else {}
    options |= {"comment": SECRET} if kind == "JPEG" else {}
    profile = swapped_profile()
    data = written(quarters(), kind, exif=exif(6), xmp=XMP, icc_profile=profile, **options)
    data += SECRET.encode() + b"PK\x03\x04"
    sent = Image.open(BytesIO(data))
    assert sent.getexif().get_ifd(ExifTags.IFD.GPSInfo)[29] == SECRET
    assert sent.info["icc_profile"] == profile

    picture = await images.normalise(data)

    assert set(riff_chunks(picture.webp)) <= {b"VP8 ", b"VP8L", b"VP8X", b"ALPH"}
    assert len(picture.webp) == 8 + int.from_bytes(picture.webp[4:8], "little")
    for trace in (SECRET.encode(), b"Exif", b"xmpmeta", b"rXYZ", b"GPS", b"PK\x03\x04"):
        assert trace not in picture.webp
    assert set(read(picture).info) <= {"loop", "background"}


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", FORMATS)
async def test_it_stands_upright(images: ImageProcessor, kind: str, orientation: int) -> None:
    data = written(quarters(), kind, exif=exif(orientation))
    upright = ImageOps.exif_transpose(Image.open(BytesIO(data)))

    picture = await images.normalise(data)

    assert (picture.width, picture.height) == ((32, 64) if orientation > 4 else (64, 32))
    assert alike(corners(read(picture)), corners(upright))


@pytest.mark.parametrize("kind", FORMATS)
async def test_its_colours_are_converted_to_srgb(images: ImageProcessor, kind: str) -> None:
    data = written(quarters(), kind, icc_profile=swapped_profile())

    picture = await images.normalise(data)

    assert alike(corners(read(picture)), [BLUE, GREEN, RED, WHITE], within=25)


@pytest.mark.parametrize("kind", FORMATS)
async def test_a_broken_profile_is_ignored(images: ImageProcessor, kind: str) -> None:
    picture = await images.normalise(written(quarters(), kind, icc_profile=b"nonsense" * 40))

    assert alike(corners(read(picture)), [RED, GREEN, BLUE, WHITE])


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
async def test_every_mode_of_png_is_taken(images: ImageProcessor, mode: str) -> None:
    image = quarters(1500, 750).convert("L").convert("I;16") if mode == "I;16" else quarters()
    data = written(image if mode == "I;16" else image.convert(mode), "PNG")

    picture = await images.normalise(data)

    assert corners(read(picture))[3][0] >= (240 if mode != "I;16" else 0)


@pytest.mark.parametrize("mode", ["L", "CMYK", "RGB"])
@pytest.mark.parametrize("width", [64, 5000])
async def test_every_mode_of_jpeg_is_taken(images: ImageProcessor, mode: str, width: int) -> None:
    sent = quarters(width, width // 2).convert(mode)

    picture = await images.normalise(written(sent, "JPEG", quality=95))

    assert alike(corners(read(picture)), corners(sent))


async def test_sixteen_bits_of_grey_are_scaled_to_eight(images: ImageProcessor) -> None:
    grey = png((8, 8), depth=16, colour=0, row=b"\x80\x00" * 8)

    picture = await images.normalise(grey)

    assert alike(corners(read(picture)), [(128, 128, 128)] * 4, within=2)


@pytest.mark.parametrize("depth", [8, 16])
async def test_a_colour_declared_transparent_is(images: ImageProcessor, depth: int) -> None:
    row = b"\x80\x00" * (8 * depth // 16)
    key = chunk(b"tRNS", b"\x80\x00" if depth == 16 else b"\x00\x80")

    picture = await images.normalise(png((8, 8), depth=depth, colour=0, row=row, extra=key))

    alpha = read(picture).getchannel("A")
    assert alpha.getextrema() == ((0, 0) if depth == 16 else (0, 255))


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF"])
@pytest.mark.parametrize("size", [(64, 32), (2000, 1000)])
async def test_transparency_is_kept(
    images: ImageProcessor, kind: str, size: tuple[int, int]
) -> None:
    sent = quarters(*size)
    sent.putalpha(Image.linear_gradient("L").resize(size))

    picture = await images.normalise(written(sent, kind))

    seen = read(picture).getchannel("A")
    middle = seen.getpixel((picture.width // 2, picture.height // 2))
    assert isinstance(middle, int | float)
    assert abs(middle - 128) < 16
    assert seen.getpixel((picture.width // 2, 0)) != seen.getpixel((0, picture.height - 1))


async def test_a_transparent_palette_is_kept(images: ImageProcessor) -> None:
    sent = quarters().quantize(4)
    data = written(sent, "PNG", transparency=bytes([0, 255, 255, 255]))

    picture = await images.normalise(data)

    assert read(picture).getchannel("A").getextrema() == (0, 255)


async def test_what_was_hidden_under_transparency_is_gone(images: ImageProcessor) -> None:
    sent = quarters()
    sent.putalpha(0)

    picture = await images.normalise(written(sent, "PNG"))

    assert len(set(corners(read(picture)))) == 1


@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        ((1, 1), (1, 1)),
        ((300, 200), (300, 200)),
        ((1024, 1024), (1024, 1024)),
        ((1025, 1), (1024, 1)),
        ((2048, 1536), (1024, 768)),
        ((1000, 3000), (341, 1024)),
        ((1, 16000), (1, 1024)),
    ],
)
@pytest.mark.parametrize("kind", [*FORMATS[:4], "GIF"])  # x265 encodes no narrow pictures.
async def test_it_is_made_smaller_and_never_larger(
    images: ImageProcessor, kind: str, sent: tuple[int, int], seen: tuple[int, int]
) -> None:
    picture = await images.normalise(written(Image.new("RGB", sent), kind))

    assert (picture.width, picture.height) == seen
    assert max(read(picture).size) <= MAX_SIDE


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF"])
async def test_the_first_frame_of_an_animation_is_kept(images: ImageProcessor, kind: str) -> None:
    later = [Image.new("RGB", (64, 32), colour) for colour in (RED, BLUE)]
    data = written(quarters(), kind, save_all=True, append_images=later, duration=50)
    assert getattr(Image.open(BytesIO(data)), "n_frames", 1) == 3

    picture = await images.normalise(data)

    assert b"ANIM" not in riff_chunks(picture.webp)
    assert alike(corners(read(picture)), [RED, GREEN, BLUE, WHITE])


OTHERS_BY_PILLOW = ("BMP", "TIFF", "ICO", "PPM", "JPEG2000")


def others() -> dict[str, bytes]:
    image = quarters()
    drawn = {kind: written(image, kind) for kind in OTHERS_BY_PILLOW}
    return drawn | {
        "SVG": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        "XML, then SVG": b'<?xml version="1.0"?>\n<!-- drawn -->\n<svg xmlns="http://www.w3.org/2000/svg"/>',
        "HTML": b"<!doctype html><title>hello</title>",
        "PDF": written(image, "PDF"),
        "EPS": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n",
        "zip": b"PK\x05\x06" + bytes(18),
        "MP4": struct.pack(">I", 24) + b"ftypisom\0\0\0\0isommp42" + bytes(64),
        "CR3": struct.pack(">I", 24) + b"ftypcrx \0\0\0\0crx isom" + bytes(64),
        "JXL": b"\xff\x0a" + bytes(64),
        "a byte": b"\xff",
        "noise": b"\x81\x02" * 400,
    }


NAMED = {
    "BMP": "This is a BMP.",
    "TIFF": "This is a TIFF, or the raw file of a camera.",
    "ICO": "This is an icon of Windows.",
    "PPM": "This is a Netpbm picture.",
    "JPEG2000": "This is a JPEG 2000.",
    "SVG": "This is an SVG.",
    "XML, then SVG": "This is an SVG.",
    "HTML": "This is an HTML page.",
    "PDF": "This is a PDF.",
    "EPS": "This is a PostScript file.",
    "zip": "This is a ZIP archive or an office document.",
    "MP4": "This is a video.",
    "CR3": "This is the raw file of a camera.",
    "JXL": "This is a JPEG XL.",
    "a byte": "This is no picture of a known format.",
    "noise": "This is no picture of a known format.",
}


@pytest.mark.parametrize("name", NAMED)
async def test_other_format_is_refused_by_its_name(images: ImageProcessor, name: str) -> None:
    with pytest.raises(UnsupportedPicture) as refused:
        await images.normalise(others()[name])

    assert refused.value.detail.startswith(NAMED[name])
    assert FORMATS_IN_WORDS in refused.value.detail
    assert refused.value.__suppress_context__


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff",
        b"RIFF\0\0\0\0WEBPVP8 ",
        struct.pack(">I", 16) + b"ftypavif\0\0\0\0",
        struct.pack(">I", 24) + b"ftypheic\0\0\0\0mif1heic" + bytes(64),
        b"GIF89a",
        b"\xff\xd8" + b"\xff" * 100_000,
    ],
    ids=["PNG", "JPEG", "WebP", "AVIF", "HEIC", "GIF", "endless JPEG"],
)
async def test_first_bytes_of_a_format_alone_are_a_damaged_picture(
    images: ImageProcessor, data: bytes
) -> None:
    with pytest.raises(UnsupportedPicture) as refused:
        await images.normalise(data)

    assert refused.value.detail in {CUT, DAMAGED}


async def test_empty_body_is_called_empty(images: ImageProcessor) -> None:
    with pytest.raises(UnsupportedPicture, match="The body is empty"):
        await images.normalise(b"")


async def test_ten_megabytes_are_the_most(images: ImageProcessor) -> None:
    data = written(quarters(), "PNG")

    await images.normalise(data.ljust(MAX_BYTES, b"\0"))
    with pytest.raises(TooLarge, match="10 MB"):
        await images.normalise(data.ljust(MAX_BYTES + 1, b"\0"))


async def test_forty_megapixels_are_the_most(images: ImageProcessor) -> None:
    assert MAX_PIXELS == 8000 * 5000

    picture = await images.normalise(written(Image.new("L", (8000, 5000)), "PNG"))

    assert (picture.width, picture.height) == (1024, 640)


def declared(kind: str, width: int, height: int) -> bytes:
    """A small picture whose header says that it is large."""
    if kind == "PNG":
        return png((width, height), depth=8, colour=2, row=b"\0\0\0")[:2000]
    if kind in {"AVIF", "HEIF"}:
        data = written(quarters(64, 64), kind)
        return data.replace(struct.pack(">II", 64, 64), struct.pack(">II", width, height))
    if kind == "JPEG":
        data = written(quarters(), kind, progressive=True)
        return data.replace(struct.pack(">HH", 32, 64), struct.pack(">HH", height, width))
    data = written(quarters(), kind, save_all=True, append_images=[Image.new("RGB", (64, 32))])
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return data[:24] + sides + data[30:]


@pytest.mark.parametrize("size", [(8000, 6270), (10_000, 9000), (16_383, 16_383)])
@pytest.mark.parametrize("kind", FORMATS)
async def test_more_is_refused_by_its_header(
    images: ImageProcessor, kind: str, size: tuple[int, int]
) -> None:
    with pytest.raises(TooLarge, match="40 megapixels"):
        await images.normalise(declared(kind, *size))


def test_a_bomb_is_refused_undecoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(PngImagePlugin.PngImageFile, "load_prepare")

    with pytest.raises(TooLarge, match="40 megapixels"):
        normalise(declared("PNG", 30_000, 30_000))


def test_truncated_pictures_are_never_filled_up() -> None:
    from PIL import ImageFile  # noqa: PLC0415

    assert ImageFile.LOAD_TRUNCATED_IMAGES is False


async def outcome(images: ImageProcessor, data: bytes) -> type[object]:
    try:
        return type(await images.normalise(data))
    except (UnsupportedPicture, TooLarge) as refused:
        return type(refused)


@pytest.mark.parametrize("kind", FORMATS)
async def test_a_truncated_picture_is_refused(images: ImageProcessor, kind: str) -> None:
    data = written(quarters(), kind, exif=exif(), icc_profile=swapped_profile())

    for length in {*range(0, len(data) // 2, 7), *range(len(data) // 2, len(data) - 16, 31)}:
        assert await outcome(images, data[:length]) is UnsupportedPicture, length


@pytest.mark.parametrize("kind", FORMATS)
async def test_a_damaged_picture_is_taken_or_refused(images: ImageProcessor, kind: str) -> None:
    chance = random.Random(kind)
    whole = written(quarters(), kind, exif=exif(6), xmp=XMP, icc_profile=swapped_profile())
    for _ in range(250):
        data = bytearray(whole)
        for _ in range(chance.choice([1, 1, 2, 8, 64])):
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        await outcome(images, bytes(data))


@pytest.mark.parametrize(
    "start",
    [b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\xff\0\0\0WEBPVP8 ", b"\0\0\0\x20ftypavif"],
)
async def test_noise_is_refused(images: ImageProcessor, start: bytes) -> None:
    chance = random.Random(start)
    for _ in range(50):
        data = start + chance.randbytes(chance.randrange(2000))
        assert await outcome(images, data) is not ProcessedImage


async def test_a_jpeg_of_endless_scans_is_refused(images: ImageProcessor) -> None:
    data = written(quarters(), "JPEG", progressive=True)
    scan = data[data.rindex(b"\xff\xda") : -2]

    assert await outcome(images, data) is ProcessedImage
    assert await outcome(images, data[:-2] + scan * 100 + b"\xff\xd9") is UnsupportedPicture


async def test_scans_behind_the_end_of_a_jpeg_do_not_count(images: ImageProcessor) -> None:
    data = written(quarters(), "JPEG")

    assert await outcome(images, data + data * 100) is ProcessedImage


@pytest.mark.parametrize("segment", [b"\xff\xe5\x00\x02", b"\xff\xe1\x00\x08Exif\0\0"])
async def test_a_jpeg_of_a_million_segments_is_refused(
    images: ImageProcessor, segment: bytes
) -> None:
    data = written(quarters(), "JPEG")
    started = time.perf_counter()

    found = await outcome(images, data[:2] + segment * 900_000 + data[2:])

    assert found is UnsupportedPicture
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize(
    "bomb",
    [
        chunk(b"iCCP", b"x\0\0" + zlib.compress(bytes(50_000_000))),
        chunk(b"zTXt", b"x\0\0" + zlib.compress(bytes(50_000_000))),
        chunk(b"zTXt", b"x\0\0" + zlib.compress(bytes(1_000_000))) * 70,
        chunk(b"iTXt", b"x\0\1\0\0\0" + zlib.compress(bytes(50_000_000))),
    ],
    ids=["profile", "text", "texts", "international"],
)
async def test_metadata_that_would_unpack_to_megabytes_are_left_out(
    images: ImageProcessor, bomb: bytes
) -> None:
    data = png((8, 8), depth=8, colour=0, row=bytes(8), extra=bomb)
    with pytest.raises(ValueError, match=r"large|Too much"):
        Image.open(BytesIO(data)).load()

    assert await outcome(images, data) is ProcessedImage


async def test_broken_metadata_neither_warn_nor_matter(images: ImageProcessor) -> None:
    tags = b"Exif\0\0MM\0*\0\0\0\x08\0\x02" + struct.pack(">HHLL", 0x10F, 2, 999_999, 26) + b"\1"
    data = written(quarters(), "JPEG", exif=tags)
    with pytest.warns(UserWarning, match="EXIF|Truncated|larger"):
        Image.open(BytesIO(data)).getexif()

    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        picture = await images.normalise(data)

    assert seen == []
    assert alike(corners(read(picture)), [RED, GREEN, BLUE, WHITE])


async def test_metadata_do_not_reach_the_log(
    images: ImageProcessor, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        for kind in FORMATS:
            await images.normalise(written(quarters(), kind, exif=exif(), xmp=XMP))

    assert SECRET not in caplog.text


async def test_the_loop_runs_on_meanwhile(images: ImageProcessor) -> None:
    large = written(Image.effect_noise((1250, 1000), 50).resize((6250, 5000)), "JPEG", quality=50)
    decoding = asyncio.create_task(images.normalise(large))
    ticks = [time.perf_counter()]
    while not decoding.done():
        await asyncio.sleep(0.001)
        ticks.append(time.perf_counter())

    took = ticks[-1] - ticks[0]
    assert max(later - sooner for sooner, later in pairwise(ticks)) < took / 2
    assert len(ticks) > 10


def slow_jpeg(scans: int = 12) -> bytes:
    """Return forty megapixels in a few hundred kilobytes, which take seconds to decode."""
    data = written(Image.new("RGB", (8000, 5000), RED), "JPEG", progressive=True)
    scan = data[data.rindex(b"\xff\xda") : -2]
    return data[:-2] + scan * (scans - data.count(b"\xff\xda")) + b"\xff\xd9"


async def test_beyond_the_queue_slow_pictures_are_refused_at_once() -> None:
    images = ImageProcessor()
    waiting = [asyncio.create_task(images.normalise(slow_jpeg(16))) for _ in range(6)]
    refusals = []
    for done in asyncio.as_completed(waiting):
        try:
            await done
        except Unavailable as refusal:
            refusals.append(refusal)
        if len(refusals) == 6 - 1 - MAX_QUEUED_SLOW:
            break
    images.close()
    await asyncio.gather(*waiting, return_exceptions=True)

    assert {refusal.reason for refusal in refusals} == {"the queue of slow images is full"}
    assert all(refusal.retry_after for refusal in refusals)


async def test_pictures_that_take_long_do_not_make_ordinary_ones_wait() -> None:
    images = ImageProcessor()
    await asyncio.gather(*(images.normalise(written(quarters(), "PNG")) for _ in range(2)))
    slow = [asyncio.create_task(images.normalise(slow_jpeg(16))) for _ in range(3)]
    waits = []
    for _ in range(10):
        started = time.perf_counter()
        await images.normalise(written(quarters(), "JPEG"))
        waits.append(time.perf_counter() - started)
    is_decoding = not any(task.done() for task in slow)
    images.close()
    await asyncio.gather(*slow, return_exceptions=True)

    assert is_decoding
    assert sorted(waits)[5] < 0.5


async def test_scans_are_limited_by_pixels(images: ImageProcessor) -> None:
    assert await outcome(images, slow_jpeg(scans=16)) is ProcessedImage
    assert await outcome(images, slow_jpeg(scans=17)) is UnsupportedPicture


def test_the_memory_of_a_decoder_has_a_limit() -> None:
    """The header of this AVIF declares four pixels, and its content has a hundred megapixels."""
    data = written(Image.new("L", (10_000, 10_000)), "AVIF", speed=10)
    at = data.index(b"ispe") + 8
    lying = data[:at] + struct.pack(">II", 2, 2) + data[at + 8 :]
    child = ChildProcess(max_seconds=20, max_cpu_seconds=20, max_memory=120 * 1024 * 1024)

    assert len(lying) < 10_000
    with pytest.raises((UnsupportedPicture, ChildFailedError)):
        child.run(normalise, lying)
    picture = child.run(normalise, written(quarters(), "AVIF"))
    assert picture is not None
    assert picture.width == 64
    child.close()


def test_every_refusal_is_one_of_ours() -> None:
    assert issubclass(UnsupportedPicture, DressformError)
    assert {TooLarge.status, UnsupportedPicture.status} == {413, 415}
