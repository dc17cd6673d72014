from dressform.sewing.formats import freesewing, seamly, spreadsheet
from dressform.sewing.formats.loaders import load_json_nodes, load_yaml_nodes
from dressform.sewing.formats.text import assert_readable, decode_text, detect_format
from dressform.sewing.formats.types import Format, ImportResult, UnreadableFileError


def parse_file(data: bytes, *, format: Format | None = None) -> ImportResult:  # noqa: A002 - the field's word
    """Parse the bodies of a file; without `format`, its format is detected.

    Raises UnreadableFileError if the file as a whole cannot be parsed.
    """
    assert_readable(data)
    kind = format or detect_format(data)
    if kind in {Format.SMIS, Format.VIT}:
        return seamly.parse(data)
    text = decode_text(data)
    if not text.strip():
        raise UnreadableFileError("the file is empty")
    if kind is Format.CSV:
        return spreadsheet.parse(text)
    tree = load_json_nodes(text) if kind is Format.FREESEWING else load_yaml_nodes(text)
    return freesewing.parse(tree, kind)
