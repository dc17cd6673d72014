"""A SAX parser of .smis, .vit, .smms and .vst that skips the values of personal elements."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl, Locator

from defusedxml import DefusedXmlException, sax

from dressform.sewing.formats.personal import PLACEHOLDERS, personal_field_kind
from dressform.sewing.formats.types import MAX_ENTRIES, Format, UnreadableFileError

_MAX_DEPTH = 10
_MAX_DIMENSIONS = 10
TABLES = {"vst": Format.VIT, "smms": Format.SMIS}
"""The roots of tables of sizes, with the format whose names they use."""
_TEXTS = {"version", "unit", "notes"}
_DIMENSIONS = ("size", "height")
_CORRECTION = ["m", "corrections", "correction"]
_RULES = (["m", "sizeRules", "break"], ["m", "heightRules", "break"])


@dataclass(frozen=True, slots=True)
class Element:
    """A measurement element; name and value are stripped of surrounding spaces.

    `attributes` are all of them. Elements of tables also have corrections by coordinates, and
    `rules` when their steps differ from size to size.
    """

    line: int
    name: str
    value: str
    is_heading: bool
    special_units: bool
    attributes: Mapping[str, str] = field(default_factory=dict)
    corrections: dict[str, str] = field(default_factory=dict)
    rules: list[int] = field(default_factory=list)


@dataclass(slots=True)
class ParsedXml:
    """The parsed elements; `personal` has the kinds of personal elements that were filled in."""

    root: str = ""
    texts: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in _TEXTS})
    measurements: list[Element] = field(default_factory=list)
    personal: set[str] = field(default_factory=set)
    dimensions: list[Mapping[str, str]] = field(default_factory=list)

    def text(self, name: str) -> str:
        """Return the text of `version`, `unit` or `notes`, or an empty string."""
        return "".join(self.texts[name]).strip()


def parse_xml(data: bytes) -> ParsedXml:
    """Parse a file. Raises UnreadableFileError."""
    handler = _Handler()
    try:
        sax.parseString(data, handler, forbid_dtd=True)
    except DefusedXmlException:
        raise UnreadableFileError(
            "it declares a document type or entities, which measurements never need",
            line=handler.line,
        ) from None
    except SAXParseException as error:
        raise UnreadableFileError(
            f"not well-formed XML ({error.getMessage()})", line=error.getLineNumber()
        ) from None
    except UnreadableFileError:
        raise
    except (LookupError, ValueError):
        raise UnreadableFileError(
            "its encoding is not known here; save it as UTF-8", line=handler.line
        ) from None
    return handler.read


class _Handler(ContentHandler):
    def __init__(self) -> None:
        super().__init__()
        self.read = ParsedXml()
        self._locator: Locator | None = None
        self._open: list[str] = []

    @property
    def line(self) -> int:
        return (self._locator.getLineNumber() if self._locator else None) or 1

    def setDocumentLocator(self, locator: Locator) -> None:  # noqa: N802 - the name is given by ContentHandler
        self._locator = locator

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802
        if not self._open:
            self._begin(name)
        self._open.append(name)
        if len(self._open) > _MAX_DEPTH:
            raise UnreadableFileError(f"nested more than {_MAX_DEPTH} deep", line=self.line)
        self._read_element(name, attrs)

    def _read_element(self, name: str, attrs: AttributesImpl) -> None:
        place = self._open[1:]
        if place[:1] == ["body-measurements"]:
            self._read_measurement(place[1:], attrs)
        elif place in [[each] for each in _DIMENSIONS] and "base" in attrs:
            self._add_dimension({"type": name, **attrs})
        elif place == ["dimensions", "dimension"]:
            self._add_dimension(dict(attrs))

    def _read_measurement(self, place: list[str], attrs: AttributesImpl) -> None:
        if place == ["m"]:
            self._add(_parse_element(self.line, attrs.get("name", ""), attrs))
        elif place == _CORRECTION:
            self.read.measurements[-1].corrections[attrs.get("coordinates", "")] = attrs.get(
                "correction", ""
            )
        elif place in _RULES:
            self.read.measurements[-1].rules.append(self.line)
        # Before version 0.3 each measurement was an element of its own in a group.
        elif len(place) == 2 and place[0] != "m" and "value" in attrs:  # noqa: PLR2004
            self._add(_parse_element(self.line, place[1], attrs))

    def endElement(self, name: str) -> None:  # noqa: N802, ARG002
        self._open.pop()

    def characters(self, content: str) -> None:
        inside = self._open[-1]
        if len(self._open) == 2 and inside in _TEXTS:  # noqa: PLR2004 - right below the root
            self.read.texts[inside].append(content)
        elif self._open[1:] == ["body-measurements", "unit"]:  # in version 0.2
            self.read.texts["unit"].append(content)
        elif self._open[1:2] == ["personal"] and _is_filled_in(inside, content):
            self.read.personal.add(personal_field_kind(inside) or "notes")

    def _add(self, element: Element) -> None:
        if len(self.read.measurements) >= MAX_ENTRIES:
            raise UnreadableFileError(f"more than {MAX_ENTRIES} entries", line=self.line)
        self.read.measurements.append(element)

    def _add_dimension(self, attributes: Mapping[str, str]) -> None:
        if len(self.read.dimensions) >= _MAX_DIMENSIONS:
            raise UnreadableFileError(f"more than {_MAX_DIMENSIONS} dimensions", line=self.line)
        self.read.dimensions.append(attributes)

    def _begin(self, root: str) -> None:
        if root not in {Format.SMIS, Format.VIT, *TABLES}:
            raise UnreadableFileError(
                "these are no measurements: <smis> or <vit> is expected, or <smms> or <vst>",
                line=self.line,
            )
        self.read.root = root


def _is_filled_in(element: str, content: str) -> bool:
    """Return whether the content differs from the placeholder of a new file."""
    return content.strip() not in {"", PLACEHOLDERS.get(element, "")}


def _parse_element(line: int, name: str, attrs: AttributesImpl) -> Element:
    attributes = dict(attrs)
    return Element(
        line,
        name.strip(),
        attributes.get("value", "").strip(),
        is_heading=attributes.get("type") == "separator",
        special_units=attributes.get("specialUnits") in {"true", "1"},
        attributes=attributes,
    )
