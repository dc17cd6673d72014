"""The ZIP archive of all files of an edition."""

import io
from collections.abc import Iterable
from datetime import date
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from dressform.opendata.files.edition_info import EditionInfo, File

_READABLE = 0o644 << 16
_UNIX = 3


def build_archive(files: Iterable[File], info: EditionInfo) -> File:
    """Return the archive. It is not compressed, since the output of zlib differs between versions."""
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
