"""The headings of a spreadsheet: what each column holds, and in which unit."""

import re
from dataclasses import dataclass
from enum import StrEnum

from dressform.sewing.formats.names import NamedMeasurement, find_measurement, fold
from dressform.sewing.formats.sheet_rows import Row
from dressform.sewing.units import UNIT_BY_NAME, MeasurementUnit

_UNIT_SUFFIX = re.compile(
    r"^(?P<name>.*?)(?:\s*[(\[{]\s*(?P<bracket>[^()\[\]{}]*?)\.?\s*[)\]}]\s*"
    r"|(?:\s+(?:in|en)\s+|\s*[,/]\s*|_|\s+)(?P<word>[^\W\d_]+)\.?\s*)$",
    re.IGNORECASE,
)


class Role(StrEnum):
    NAME = "name"
    FULL_NAME = "full name"
    VALUE = "value"
    UNIT = "unit"
    NOTE = "note"
    IGNORED = "ignored"


# The columns of SeamlyMe's and Tape's exports, and what people call them.
_HEADINGS = {
    Role.NAME: "measurement|measurements|measure|mesure|mesures|mensuration|mensurations|name|nom",
    Role.FULL_NAME: "full name|nom complet|label|libelle",
    Role.VALUE: "value|valeur|calculated value|the calculated value|valeur calculee|result|resultat|amount",
    Role.UNIT: "unit|units|unite|unites",
    Role.NOTE: "note|notes|comment|comments|remark|remarks|remarque|remarques|commentaire",
    Role.IGNORED: "formula|formule|description|base value|in sizes|in heights|correction|group|groupe",
}
_PERSON_OR_MEASUREMENT = {"name", "nom"}
_ROLES = {heading: role for role, text in _HEADINGS.items() for heading in text.split("|")}


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading without its unit, and that unit."""

    text: str
    unit: MeasurementUnit | None = None

    @property
    def role(self) -> Role | None:
        if not self.text:
            return Role.VALUE if self.unit else None
        return _ROLES.get(fold(self.text))

    @property
    def measurement(self) -> NamedMeasurement | None:
        return find_measurement(self.text)


def parse_heading(cell: str) -> Heading:
    """Split the unit from a heading: `value (cm)`, `chest [mm]`, `value in inches`, `cm`."""
    if len(cell) > 100:  # noqa: PLR2004 - no heading is so long
        return Heading(cell[:100])
    if unit := find_unit(cell):
        return Heading("", unit)
    found = _UNIT_SUFFIX.match(cell)
    unit = find_unit(found["bracket"] or found["word"] or "") if found else None
    return Heading(found["name"].strip(), unit) if found and unit else Heading(cell)


def find_unit(text: str) -> MeasurementUnit | None:
    """Return the unit of such a name, among those that a table can be in."""
    unit = UNIT_BY_NAME.get(text.strip().lower().rstrip("."))
    return unit if isinstance(unit, MeasurementUnit) else None


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a table with one measurement per row; each is an index, or absent."""

    name: int
    values: tuple[tuple[int, MeasurementUnit | None], ...]
    full_name: int | None = None
    unit: int | None = None
    notes: tuple[int, ...] = ()
    persons: tuple[int, ...] = ()


def find_columns(row: Row) -> Columns | None:
    """Return the columns that a row of headings names, or None for another row."""
    headings = [parse_heading(cell) for cell in row.cells]
    roles = [heading.role for heading in headings]
    values = [index for index, role in enumerate(roles) if role is Role.VALUE]
    # The value of a measurement that is called “cm” is no heading.
    if not values or any(heading.measurement for heading in headings):
        return None
    names = [index for index, role in enumerate(roles) if role is Role.NAME]
    # Beside a column of measurements, one that is called “name” has persons.
    persons = [index for index in names if fold(headings[index].text) in _PERSON_OR_MEASUREMENT]
    names = [index for index in names if index not in persons] or names
    others = [index for index, role in enumerate(roles) if role is None]
    full = roles.index(Role.FULL_NAME) if Role.FULL_NAME in roles else None
    candidates = [*names, *([] if full is None else [full]), *others]
    if not candidates:
        return None
    return Columns(
        name=candidates[0],
        values=tuple((index, headings[index].unit) for index in values),
        full_name=full,
        unit=roles.index(Role.UNIT) if Role.UNIT in roles else None,
        notes=tuple(index for index, role in enumerate(roles) if role is Role.NOTE),
        persons=tuple(index for index in persons if index != candidates[0]),
    )
