"""Measurements in the files of other programs: written so that nothing is lost, read so that
nothing is guessed, and each entry accounted for.
"""

import re
from collections.abc import Callable, Mapping
from enum import StrEnum

from dressform.sewing.formats import freesewing, table, tape
from dressform.sewing.formats.found import Found, FoundBody, Line, NotReadableError

__all__ = ["Format", "Found", "FoundBody", "Line", "NotReadableError", "read", "written"]


class Format(StrEnum):
    SMIS = "smis"
    VIT = "vit"
    FREESEWING = "freesewing"
    YAML = "yaml"
    CSV = "csv"


_BOMS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}
_READERS: Mapping[Format, Callable[[str], Found]] = {
    Format.FREESEWING: freesewing.read_json,
    Format.YAML: freesewing.read_yaml,
    Format.CSV: table.read,
}


def written(form: Format, measurements: Mapping[str, float], *, breasts: bool) -> bytes:
    """A file with all of the measurements, in mm and degrees, and nothing about a person."""
    match form:
        case Format.FREESEWING:
            return freesewing.as_json(measurements, breasts=breasts)
        case Format.YAML:
            return freesewing.as_yaml(measurements, breasts=breasts)
        case Format.CSV:
            return table.written(measurements, breasts=breasts)
        case _:
            return tape.written(form.value, measurements, breasts=breasts)


def read(data: bytes, form: Format | None = None) -> Found:
    """What a file holds; its format is told by its content if not given.

    Raises NotReadableError.
    """
    found = form or _format(data)
    if found in {Format.SMIS, Format.VIT}:
        return tape.read(data)
    return _READERS[found](_text(data))


def _text(data: bytes) -> str:
    encoding = next((name for bom, name in _BOMS.items() if data.startswith(bom)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise NotReadableError("expected text in UTF-8: save the file in that encoding") from None
    if "\0" in text:
        raise NotReadableError("expected a text file: it holds NUL characters")
    return text


def _format(data: bytes) -> Format:
    start = data[:1000].replace(b"\0", b"").lstrip(b"\xff\xfe\xef\xbb\xbf \t\r\n")
    if not start:
        raise NotReadableError("the file is empty")
    if start.startswith(b"<"):
        return Format.SMIS
    if start[:1] in {b"{", b"["}:
        return Format.FREESEWING
    first = start.splitlines()[0]
    return Format.CSV if re.match(rb"[^:#]*[,;\t]", first) else Format.YAML
