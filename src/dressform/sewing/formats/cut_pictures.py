"""Pictures in base64 are cut out of an export before it is parsed, since they may take megabytes."""

import re

MAX_PICTURES = 200

_KEY_END = b'_webp"'
_OPENING = re.compile(rb'[ \t\r\n]{0,20}:[ \t\r\n]{0,20}"')


def cut_pictures(data: bytes) -> tuple[bytes, list[bytes]]:
    """Return the file with each picture replaced by its number from 1, and the pictures in base64.

    A picture is the value of a key that ends with `_webp`. No text of JSON contains these bytes
    elsewhere, since it escapes its quotation marks.
    """
    kept: list[bytes] = []
    pictures: list[bytes] = []
    copied = at = 0
    while len(pictures) < MAX_PICTURES and (at := data.find(_KEY_END, at)) >= 0:
        at += len(_KEY_END)
        opening = _OPENING.match(data, at)
        end = data.find(b'"', opening.end()) if opening else -1
        if opening is None or end < 0:
            continue
        pictures.append(data[opening.end() : end])
        kept += [data[copied : opening.end()], b"%d" % len(pictures)]
        copied = at = end
    return b"".join([*kept, data[copied:]]), pictures
