"""CSV by RFC 4180: UTF-8, a header, CRLF line ends, an empty field for a missing value."""

import csv
import io

from dressform.opendata.files.edition_info import File
from dressform.opendata.resources import Resource, Value

MEDIA_TYPE = "text/csv"


def build_csv(resource: Resource) -> File:
    text = io.StringIO(newline="")
    writer = csv.writer(text, dialect="excel", strict=True)
    writer.writerow(field.name for field in resource.fields)
    writer.writerows([_format_cell(value) for value in row] for row in resource.rows)
    return File(
        name=f"{resource.name}.csv",
        media_type=f"{MEDIA_TYPE}; charset=utf-8; header=present",
        title=f"{resource.title} (CSV)",
        content=text.getvalue().encode(),
    )


def _format_cell(value: Value) -> str:
    """Format a value; numbers use the shortest exact form, which is equal on all machines."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
