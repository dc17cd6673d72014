from dressform.sewing.formats import freesewing, seamly, spreadsheet
from dressform.sewing.formats.loaders import json_tree, yaml_tree
from dressform.sewing.formats.text import assert_readable, format_of, text_of
from dressform.sewing.formats.types import Format, Found, UnreadableFileError


def read(data: bytes, *, format: Format | None = None) -> Found:  # noqa: A002 - the field's word
    """All that the file holds of bodies; its kind is found out unless it is given.

    Raises UnreadableFileError when the file as a whole cannot be read.
    """
    assert_readable(data)
    kind = format or format_of(data)
    if kind in {Format.SMIS, Format.VIT}:
        return seamly.found_in(data)
    text = text_of(data)
    if not text.strip():
        raise UnreadableFileError("the file is empty")
    if kind is Format.CSV:
        return spreadsheet.found_in(text)
    tree = json_tree(text) if kind is Format.FREESEWING else yaml_tree(text)
    return freesewing.found_in(tree, kind)
