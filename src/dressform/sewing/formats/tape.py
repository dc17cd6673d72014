"""Individual measurements of Seamly2D (.smis) and Valentina (.vit): XML of the same making.

Element order, names and versions follow the schemas that the two projects publish: Seamly2D's
individual_size_measurements 0.3.4 and Valentina's individual_measurements 0.5.1.
"""

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring
from xml.sax import SAXException, SAXParseException
from xml.sax.handler import ContentHandler

from defusedxml import DefusedXmlException
from defusedxml.sax import parseString

from dressform.sewing.catalogue import CATALOGUE, Kind, Measurement
from dressform.sewing.formats.found import Entry, Found, FoundBody, NotReadableError
from dressform.sewing.formats.numbers import number, plain, worked_out

VERSIONS = {"smis": "0.3.4", "vit": "0.5.1"}
_PERSONAL = {
    "smis": ("family-name", "given-name", "birth-date", "gender", "email"),
    "vit": ("customer", "birth-date", "gender", "email"),
}
_PLACEHOLDERS = {"birth-date": "1800-01-01", "gender": "unknown"}
"""What both programs write where they know nothing."""
_KINDS = {
    "family-name": "name",
    "given-name": "name",
    "customer": "name",
    "birth-date": "birth date",
    "gender": "gender",
    "email": "e-mail",
    "notes": "notes",
}
_IN_MM = {"mm": Fraction(1), "cm": Fraction(10), "inch": Fraction("25.4")}
_CALLED = {each.seamly.name: each for each in CATALOGUE.values() if each.seamly}
_FLAG = re.compile(r"Dressform: breasts=(true|false)")


def written(root: str, measurements: Mapping[str, float], *, breasts: bool) -> bytes:
    """A file of the kind `smis` or `vit`, in millimetres, about nobody."""
    top = Element(root)
    for name, text in {
        "version": VERSIONS[root],
        "read-only": "false",
        "notes": f"Dressform: breasts={str(breasts).lower()}",
        "unit": "mm",
        "pm_system": "998",
    }.items():
        SubElement(top, name).text = text
    personal = SubElement(top, "personal")
    for name in _PERSONAL[root]:
        SubElement(personal, name).text = _PLACEHOLDERS.get(name)
    body = SubElement(top, "body-measurements")
    for name, value in measurements.items():
        SubElement(body, "m", _attributes(CATALOGUE[name], value))
    indent(top, "    ")
    return bytes(tostring(top, encoding="utf-8", xml_declaration=True)) + b"\n"


def _attributes(measurement: Measurement, value: float) -> dict[str, str]:
    seamly = measurement.seamly
    if seamly is None:
        name, described = f"@{measurement.name}", measurement.description["en"]
    else:
        near = "" if seamly.match == "exact" else " Taken a little differently: check it."
        name, described = seamly.name, f"{measurement.name} of FreeSewing.{near}"
    return {"name": name, "value": plain(value), "description": described}


def read(data: bytes) -> Found:
    """Raises NotReadableError."""
    tape = _Tape()
    try:
        parseString(data, tape, forbid_dtd=True)
    except SAXParseException as error:
        said = f"line {error.getLineNumber()}: not well-formed XML ({error.getMessage()})"
        raise NotReadableError(said) from None
    except (SAXException, DefusedXmlException, ValueError, LookupError):
        said = "XML with a document type, entities or an unknown encoding is not read"
        raise NotReadableError(said) from None
    if tape.root not in VERSIONS:
        raise NotReadableError("expected the individual measurements of Seamly2D or Valentina")
    if tape.unit not in _IN_MM:
        raise NotReadableError("expected the unit mm, cm or inch in its element `unit`")
    return Found([_body(tape)], frozenset(tape.dropped))


class _Tape(ContentHandler):
    """Gathers what is wanted, and of the rest only that it was there."""

    def __init__(self) -> None:
        super().__init__()
        self.root = ""
        self.unit = ""
        self.breasts: bool | None = None
        self.entries: list[Entry] = []
        self.dropped: set[str] = set()
        self._path: list[str] = []
        self._notes = ""
        self._where: Any = None

    def setDocumentLocator(self, locator: Any) -> None:
        self._where = locator

    def startElement(self, name: str, attributes: Any) -> None:
        self.root = self.root or name
        self._path.append(name)
        if self._path[1:] == ["body-measurements", "m"]:
            values = dict(attributes)
            line = self._where.getLineNumber()
            self.entries.append(Entry(line, values.get("name", ""), values.get("value", "")))

    def endElement(self, _name: str) -> None:
        if self._path.pop() == "notes":
            found = _FLAG.fullmatch(self._notes.strip())
            self.breasts = None if found is None else found[1] == "true"
            if found is None and self._notes.strip():
                self.dropped.add("notes")
            self._notes = ""

    def characters(self, content: str) -> None:
        match self._path[1:]:
            case ["unit"]:
                self.unit += content.strip()
            case ["notes"]:
                self._notes = (self._notes + content)[:100]
            case ["personal", kind] if content.strip() not in {"", _PLACEHOLDERS.get(kind)}:
                self.dropped.add(_KINDS.get(kind, "other"))


def _body(tape: _Tape) -> FoundBody:
    body = FoundBody(tape.breasts)
    texts = {entry.name.strip(): entry.text for entry in reversed(tape.entries)}
    for entry in tape.entries:
        name = entry.name.strip()
        measurement = _CALLED.get(name) or CATALOGUE.get(name.removeprefix("@"))
        if measurement is None:
            body.leave(entry, "custom" if name.startswith("@") else "unknown")
        elif not entry.text.strip():
            body.leave(entry, "empty")
        else:
            _take(body, measurement, entry, tape.unit, texts)
    return body


def _take(
    body: FoundBody, measurement: Measurement, entry: Entry, unit: str, texts: Mapping[str, str]
) -> None:
    stated = number(entry.text)
    amount = worked_out(entry.text, texts) if stated is None else stated
    if amount is None:
        body.leave(entry, "no formula")
        return
    said = [
        "approximate" if measurement.seamly and measurement.seamly.match != "exact" else "",
        "formula" if stated is None else "",
    ]
    factor = _IN_MM[unit] if measurement.kind is Kind.LENGTH else 1
    reason = " ".join(filter(None, said)) or None
    body.take(entry, tidy(amount * factor), name=measurement.name, reason=reason)


def tidy(amount: Fraction) -> float:
    """A whole number as one."""
    return int(amount) if amount.denominator == 1 else float(amount)
