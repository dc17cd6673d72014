"""Decoding of files and detection of their format."""

import codecs
import re

from dressform.sewing.formats.types import MAX_FILE_BYTES, Format, UnreadableFileError

_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_DETECTION_BYTES = 1_000
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


def detect_format(data: bytes) -> Format:
    """Detect the format from the content, never the file name. Raises UnreadableFileError."""
    start = _decode_start(data).lstrip("\ufeff \t\r\n")
    if start.startswith("<"):
        return Format.VIT if "<vit" in start else Format.SMIS
    if start.startswith(("{", "[")):
        return Format.FREESEWING
    first = next((line for line in start.splitlines() if not line.startswith("#")), "").strip()
    if _YAML.match(first):
        return Format.YAML
    if re.search(r"[,;\t]", first):
        return Format.CSV
    raise UnreadableFileError(
        "this is none of the kinds that are known here: .smis, .vit, FreeSewing's JSON or YAML, CSV"
    )


def _decode_start(data: bytes) -> str:
    wide = {b"<\0": "utf-16-le", b"\0<": "utf-16-be"}.get(data[:2])
    if data.startswith(_UTF16_MARKS):
        wide = "utf-16"
    return data[:_DETECTION_BYTES].decode(wide or "utf-8", errors="ignore")
