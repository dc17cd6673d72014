"""Measurements as files: what Seamly2D, Valentina, FreeSewing and spreadsheets read and write.

A body that was written comes back as it was. What a file holds and Dressform does not take is
listed with its line and the reason; who a file says it is about is not read at all.
"""

from dressform.sewing.formats.reading import read
from dressform.sewing.formats.types import (
    LARGEST,
    MOST_ENTRIES,
    MOST_MODELS,
    FileModel,
    Format,
    Found,
    Line,
    Outcome,
    UnreadableFileError,
)
from dressform.sewing.formats.writing import written

__all__ = [
    "LARGEST",
    "MOST_ENTRIES",
    "MOST_MODELS",
    "FileModel",
    "Format",
    "Found",
    "Line",
    "Outcome",
    "UnreadableFileError",
    "read",
    "written",
]
