"""Measurements as files: what Seamly2D, Valentina, FreeSewing and spreadsheets read and write.

A body that was written comes back as it was. What a file holds and Dressform does not take is
listed with its line and the reason; who a file says it is about is not read at all.
"""

from dressform.sewing.formats.reading import parse_file
from dressform.sewing.formats.types import (
    MAX_ENTRIES,
    MAX_FILE_BYTES,
    MAX_MODELS,
    EntryReport,
    Format,
    ImportedBody,
    ImportResult,
    Outcome,
    UnreadableFileError,
)
from dressform.sewing.formats.writing import serialize

__all__ = [
    "MAX_ENTRIES",
    "MAX_FILE_BYTES",
    "MAX_MODELS",
    "EntryReport",
    "Format",
    "ImportResult",
    "ImportedBody",
    "Outcome",
    "UnreadableFileError",
    "parse_file",
    "serialize",
]
