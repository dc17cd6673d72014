"""Decoding of files and detection of their format."""

import codecs
import re

from dressform.sewing.formats.types import MAX_FILE_BYTES, Format, UnreadableFileError

_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_DETECTION_BYTES = 1_000
_DETECTION_LINES = 10
# Fractions, quotation marks, the degree and the no-break space.
_SHEET_MARKS = "¼½¾°“”\u2018\u2019\u2013\xa0\xb4"
_BLANK = codecs.BOM_UTF8 + codecs.BOM_UTF16 + b"\0 \t\r\n"
_YAML = re.compile(r"(?:%YAML|---|(?:- +)?[\"']?[^\s\"':#,;][^\"':,;]*[\"']?\s*:(?:\s|$))")


def assert_readable(data: bytes) -> None:
    """Raise UnreadableFileError if the file is too large or empty."""
    if len(data) > MAX_FILE_BYTES:
        raise UnreadableFileError(f"the file is larger than {MAX_FILE_BYTES // 1024} KB")
    if not data.strip(_BLANK):
        raise UnreadableFileError("the file is empty")


def decode_text(data: bytes) -> str:
    """Decode UTF-8, or UTF-16 with a byte order mark. Raises UnreadableFileError."""
    wide = data.startswith(_UTF16_MARKS)
    try:
        text = data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = None if wide else data.count(b"\n", 0, error.start) + 1
        raise UnreadableFileError(
            "the file is not in UTF-8; save it anew as UTF-8 (in Excel: “CSV UTF-8”)", line=line
        ) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise UnreadableFileError("there is a NUL character: this is not text", line=line)
    return text


def decode_sheet(data: bytes) -> str:
    """Decode a spreadsheet: as text, or Windows-1252 when its other characters are letters.

    Raises UnreadableFileError.
    """
    try:
        return decode_text(data)
    except UnreadableFileError:
        if data.startswith(_UTF16_MARKS):
            raise
        other = bytes(set(data) - set(range(128))).decode("cp1252", errors="replace")
        if b"\0" in data or not all(c.isalpha() or c in _SHEET_MARKS for c in other):
            raise
        return data.decode("cp1252")


def detect_format(data: bytes) -> Format:
    """Detect the format from the content, never the file name. Raises UnreadableFileError."""
    start = _decode_start(data).lstrip("\ufeff \t\r\n")
    if start.startswith("<"):
        return Format.VIT if "<vit" in start or "<vst" in start else Format.SMIS
    if start.startswith(("{", "[")):
        return Format.FREESEWING
    lines = [line.strip() for line in start.splitlines() if not line.startswith("#")]
    found = [line for line in lines if line][:_DETECTION_LINES]
    is_yaml = [bool(_YAML.match(line)) for line in found]
    has_cells = [bool(re.search(r"[,;\t]", line)) for line in found]
    # Above a table a line may look like YAML: “Client: Ada”.
    if is_yaml[:1] == [True] and is_yaml.count(True) * 2 >= len(found):
        return Format.YAML
    if any(has_cells):
        return Format.CSV
    if is_yaml[:1] == [True]:
        return Format.YAML
    raise UnreadableFileError(
        "this is none of the kinds that are known here: .smis, .vit, FreeSewing's JSON or YAML, CSV"
    )


def _decode_start(data: bytes) -> str:
    wide = {b"<\0": "utf-16-le", b"\0<": "utf-16-be"}.get(data[:2])
    if data.startswith(_UTF16_MARKS):
        wide = "utf-16"
    return data[:_DETECTION_BYTES].decode(wide or "utf-8", errors="ignore")
