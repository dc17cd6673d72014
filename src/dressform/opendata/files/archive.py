"""All files of an edition in one, for who wants them all."""

import io
from collections.abc import Iterable
from datetime import date
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from dressform.opendata.files.edition_info import EditionInfo, File

_READABLE = 0o644 << 16
_UNIX = 3


def build_archive(files: Iterable[File], info: EditionInfo) -> File:
    """In a folder of the dataset's name. Nothing is compressed: zlib's bytes differ by its version."""
    day = date.fromisoformat(info.day)
    moment = (day.year, day.month, day.day, 0, 0, 0)
    content = io.BytesIO()
    with ZipFile(content, "w", ZIP_STORED) as written:
        for file in files:
            entry = ZipInfo(f"{info.name}/{file.name}", moment)
            entry.external_attr, entry.create_system = _READABLE, _UNIX
            written.writestr(entry, file.content)
    name = f"{info.name}.zip"
    return File(name, "application/zip", "All files in one archive", content.getvalue())
