"""A SAX parser of .smis and .vit that skips the values of personal elements."""

from dataclasses import dataclass, field
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl, Locator

from defusedxml import DefusedXmlException, sax

from dressform.sewing.formats.personal import PLACEHOLDERS, personal_field_kind
from dressform.sewing.formats.types import MAX_ENTRIES, Format, UnreadableFileError

_MAX_DEPTH = 10
_TABLES = {"vst", "smms"}
_TEXTS = {"version", "unit", "notes"}


@dataclass(frozen=True, slots=True)
class Element:
    """A measurement element; name and value are stripped of surrounding spaces."""

    line: int
    name: str
    value: str
    is_heading: bool
    special_units: bool


@dataclass(slots=True)
class ParsedXml:
    """The parsed elements; `personal` has the kinds of personal elements that were filled in."""

    root: str = ""
    texts: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in _TEXTS})
    measurements: list[Element] = field(default_factory=list)
    personal: set[str] = field(default_factory=set)

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
        if self._open[1:] == ["body-measurements", "m"]:
            self._add(attrs)

    def endElement(self, name: str) -> None:  # noqa: N802, ARG002
        self._open.pop()

    def characters(self, content: str) -> None:
        inside = self._open[-1]
        if len(self._open) == 2 and inside in _TEXTS:  # noqa: PLR2004 - right below the root
            self.read.texts[inside].append(content)
        elif self._open[1:2] == ["personal"] and _is_filled_in(inside, content):
            self.read.personal.add(personal_field_kind(inside) or "notes")

    def _add(self, attrs: AttributesImpl) -> None:
        if len(self.read.measurements) >= MAX_ENTRIES:
            raise UnreadableFileError(f"more than {MAX_ENTRIES} entries", line=self.line)
        self.read.measurements.append(_parse_element(self.line, attrs))

    def _begin(self, root: str) -> None:
        if root in _TABLES:
            raise UnreadableFileError(
                "this is a table of sizes, not the measurements of a body", line=self.line
            )
        if root not in {Format.SMIS, Format.VIT}:
            raise UnreadableFileError(
                "these are no measurements: <smis> or <vit> is expected", line=self.line
            )
        self.read.root = root


def _is_filled_in(element: str, content: str) -> bool:
    """Return whether the content differs from the placeholder of a new file."""
    return content.strip() not in {"", PLACEHOLDERS.get(element, "")}


def _parse_element(line: int, attrs: AttributesImpl) -> Element:
    return Element(
        line,
        attrs.get("name", "").strip(),
        attrs.get("value", "").strip(),
        is_heading=attrs.get("type") == "separator",
        special_units=attrs.get("specialUnits") in {"true", "1"},
    )
