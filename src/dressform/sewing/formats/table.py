"""Comma-separated values: a measurement a line, with its value and, if it has one, its unit."""

import csv
import io
from collections.abc import Mapping

from dressform.sewing.catalogue import CATALOGUE
from dressform.sewing.formats.found import (
    Entry,
    Found,
    FoundBody,
    NotReadableError,
    freesewing_name,
)
from dressform.sewing.formats.numbers import number, plain
from dressform.sewing.formats.tape import tidy
from dressform.sewing.units import NotUnderstoodError, Unit
from dressform.sewing.units import read as read_length

_COLUMNS = ("measurement", "value", "unit")
_HEADERS = {"measurement", "name"}
_FEWEST = 2


def written(measurements: Mapping[str, float], *, breasts: bool) -> bytes:
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow(_COLUMNS)
    rows.writerow(("breasts", str(breasts).lower(), ""))
    for name, value in measurements.items():
        rows.writerow((name, plain(value), "mm" if CATALOGUE[name].unit == "mm" else "deg"))
    return out.getvalue().encode()


def read(text: str) -> Found:
    """With commas, semicolons or tabs between; a length without a unit is in mm.

    Raises NotReadableError.
    """
    first = text.partition("\n")[0]
    delimiter = max(";\t,", key=lambda each: (first.count(each), each))
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    body = FoundBody()
    try:
        for row in rows:
            _take(body, [cell.strip() for cell in row], rows.line_num)
    except csv.Error as error:
        raise NotReadableError(f"line {rows.line_num}: not valid CSV ({error})") from None
    if not body.lines and body.breasts is None:
        raise NotReadableError("expected lines such as `chest,1105,mm`: none is in it")
    return Found([body], frozenset())


def _take(body: FoundBody, row: list[str], line: int) -> None:
    if not any(row) or row[0].lower() in _HEADERS:
        return
    if len(row) < _FEWEST:
        raise NotReadableError(f"line {line}: expected a name and a value, such as `chest,1105`")
    entry = Entry(line, row[0], " ".join(row[1:3]).strip())
    name, reason = freesewing_name(entry.name)
    if entry.name == "breasts":
        body.breasts = {"true": True, "false": False}.get(entry.text.lower())
    elif name is None:
        body.leave(entry, reason or "unknown")
    elif not row[1]:
        body.leave(entry, "empty")
    else:
        _measure(body, entry, name, reason)


def _measure(body: FoundBody, entry: Entry, name: str, reason: str | None) -> None:
    stated = number(entry.text.removesuffix("mm").removesuffix("deg"))
    if stated is not None:
        body.take(entry, tidy(stated), name=name, reason=reason)
        return
    try:
        value, _ = read_length(entry.text, CATALOGUE[name].kind, unit=Unit.MM)
    except NotUnderstoodError:
        body.leave(entry, "not understood")
    else:
        body.take(entry, value, name=name, reason=reason)
