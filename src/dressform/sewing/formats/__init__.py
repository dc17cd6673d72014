"""Import and export of measurement files: Seamly2D, Valentina, FreeSewing and CSV.

A serialized body is parsed back unchanged. Each entry that is left out of an import is reported
with its line and the reason. Personal fields of a file are never read.
"""

from dressform.sewing.formats.reading import parse_file
from dressform.sewing.formats.types import (
    MAX_ENTRIES,
    MAX_FILE_BYTES,
    MAX_MODELS,
    EntryReport,
    Format,
    ImportedBody,
    ImportedProfile,
    ImportOptions,
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
    "ImportOptions",
    "ImportResult",
    "ImportedBody",
    "ImportedProfile",
    "Outcome",
    "UnreadableFileError",
    "parse_file",
    "serialize",
]
