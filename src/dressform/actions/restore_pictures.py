import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence

from dressform.errors import TooLarge, UnsupportedPicture
from dressform.images import MAX_SIDE, ImageProcessor
from dressform.sewing.formats import ImportResult

_IMAGE_CHUNKS = ([b"VP8 "], [b"VP8L"])
_ALPHA_FLAG = 0x10
# A picture of 1024 by 1024 pixels has at most 3 MB.
_MAX_ENCODED = 4 * 1024 * 1024


async def restore_pictures(
    images: ImageProcessor, found: ImportResult, pictures: Sequence[bytes]
) -> Mapping[int, bytes]:
    """Return the pictures of an export, by their numbers, as they are.

    Only a picture as this service writes it is taken: small, and without metadata. A file may have a
    hundred, and to decode as many large ones takes minutes. Raise Unavailable when too many wait.
    """
    wanted = {body.avatar for body in found.models}
    if found.profile:
        wanted.add(found.profile.picture)
    restored: dict[int, bytes] = {}
    for number in sorted(each for each in wanted if each and each <= len(pictures)):
        picture = _decode(pictures[number - 1])
        if picture and await _can_be_shown(images, picture):
            restored[number] = picture
    return restored


def _decode(encoded: bytes) -> bytes | None:
    """Return a plain WebP picture, or None for anything else."""
    if len(encoded) > _MAX_ENCODED:
        return None
    try:
        data = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        return None
    return data if is_plain_webp(data) else None


async def _can_be_shown(images: ImageProcessor, picture: bytes) -> bool:
    try:
        await images.normalise(picture)
    except (TooLarge, UnsupportedPicture):
        return False
    return True


def is_plain_webp(data: bytes) -> bool:
    """Return whether a WebP file has one small image and nothing else, such as metadata."""
    chunks = list(_iter_chunks(data))
    names = [name for name, _ in chunks]
    is_alone = names in _IMAGE_CHUNKS
    has_alpha = names in ([b"VP8X", b"ALPH", b"VP8 "], [b"VP8X", b"VP8L"])
    if not is_alone and not (has_alpha and chunks[0][1][:1] == bytes([_ALPHA_FLAG])):
        return False
    return max(_read_size(*chunks[-1])) <= MAX_SIDE


def _iter_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the chunks of a file that is as long as it says, else an unknown chunk."""
    is_whole = data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    if not is_whole or int.from_bytes(data[4:8], "little") != len(data) - 8:
        yield b"", b""
        return
    at = 12
    while at < len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        yield data[at : at + 4], data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


def _read_size(name: bytes, content: bytes) -> tuple[int, int]:
    """Return width and height of VP8 (RFC 6386, section 9.1) or of lossless VP8L."""
    if name == b"VP8 ":
        width, height = content[6:8], content[8:10]
        return tuple(int.from_bytes(each, "little") & 0x3FFF for each in (width, height))  # type: ignore[return-value]
    bits = int.from_bytes(content[1:5], "little")
    return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
