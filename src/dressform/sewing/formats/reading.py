from dressform.sewing.formats import freesewing, own_export, scanners, seamly, spreadsheet
from dressform.sewing.formats.loaders import load_json_nodes, load_yaml_nodes
from dressform.sewing.formats.text import (
    assert_readable,
    decode_sheet,
    decode_text,
    detect_format,
)
from dressform.sewing.formats.types import (
    Format,
    ImportOptions,
    ImportResult,
    UnreadableFileError,
)


def parse_file(
    data: bytes,
    *,
    format: Format | None = None,  # noqa: A002 - the field's word
    options: ImportOptions | None = None,
) -> ImportResult:
    """Parse the bodies of a file; without `format`, its format is detected.

    Raises UnreadableFileError if the file as a whole cannot be parsed, or needs an option.
    """
    assert_readable(data)
    kind = format or detect_format(data)
    chosen = options or ImportOptions()
    if kind in {Format.SMIS, Format.VIT}:
        return seamly.parse(data, chosen)
    text = decode_sheet(data) if kind is Format.CSV else decode_text(data)
    if not text.strip():
        raise UnreadableFileError("the file is empty")
    if kind is Format.CSV:
        return spreadsheet.parse(text, chosen)
    trees = load_json_nodes(text) if kind is Format.FREESEWING else load_yaml_nodes(text)
    return (
        own_export.parse(trees, kind, chosen)
        or scanners.parse(trees, kind, chosen)
        or freesewing.parse(trees, kind, chosen, text)
    )
