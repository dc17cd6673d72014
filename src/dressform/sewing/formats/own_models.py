"""One model as the API answers it: its values, also hidden ones, its texts and its base model."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from dressform.sewing.catalogue import CATALOGUE
from dressform.sewing.formats.entries import Entries
from dressform.sewing.formats.freesewing import parse_entry
from dressform.sewing.formats.nodes import MappingNode, Node, ScalarNode, SequenceNode
from dressform.sewing.formats.personal import clean_model_name
from dressform.sewing.formats.reasons import message
from dressform.sewing.formats.types import EntryReport, ImportedBody, Outcome
from dressform.sewing.units import (
    EnteredValue,
    MeasurementUnit,
    QuantityParseError,
    parse_quantity,
)

_KEYS = {"measurements", "hidden", "entered", "own_values"}


@dataclass(frozen=True, slots=True)
class OwnModel:
    """A parsed model: the complete body, and the id of its base model."""

    id: str
    based_on: str | None
    body: ImportedBody
    own_names: frozenset[str]
    entries: Entries


def is_own_model(node: Node) -> bool:
    return isinstance(node, MappingNode) and {key.text for key, _ in node.pairs} >= _KEYS


def parse_model(node: MappingNode, place: int) -> OwnModel:
    """Parse the complete body of a model."""
    parts = {key.text: value for key, value in node.pairs}
    entries = Entries(place)
    name = _parse_name(entries, parts.get("name"))
    flag = parts.get("breasts")
    if isinstance(flag, ScalarNode):
        entries.breasts = flag.truth
    for key in ("measurements", "hidden"):
        for entry, value in _pairs(parts.get(key)):
            parse_entry(entries, entry, value, MeasurementUnit.MM)
    body = replace(
        entries.model,
        name=name,
        typed=_parse_entered(entries, parts.get("entered")),
        avatar=_parse_avatar(entries, parts),
    )
    return OwnModel(
        id=_text(parts.get("id")),
        based_on=_text(parts.get("based_on")) or None,
        body=body,
        own_names=_parse_names(parts.get("own_values")),
        entries=entries,
    )


def attach_to_base(model: OwnModel, place: int, base: ImportedBody) -> ImportedBody:
    """Return the body of a variant, which holds only what differs from its base model."""
    body = model.body
    own = {
        name: value
        for name, value in body.measurements.items()
        if name in model.own_names or base.measurements.get(name) != value
    }
    for number, line in enumerate(model.entries.lines):
        if line.measurement in body.measurements and line.measurement not in own:
            model.entries.lines[number] = _mark_inherited(line)
    return replace(
        body,
        measurements=own,
        typed={name: entered for name, entered in body.typed.items() if name in own},
        breasts=None if body.breasts == base.breasts else body.breasts,
        base=place,
    )


def _mark_inherited(line: EntryReport) -> EntryReport:
    is_taken = line.outcome is Outcome.TAKEN and line.reason is None
    return replace(line, reason=message("inherited")) if is_taken else line


def _parse_name(entries: Entries, node: Node | None) -> str | None:
    name = clean_model_name(_text(node))
    if name and node is not None:
        entries.mark(node.line, "name", message("name_kept"))
    return name


def _parse_entered(entries: Entries, node: Node | None) -> Mapping[str, EnteredValue]:
    """Return the texts that give the number beside them, and reject the others."""
    entered: dict[str, EnteredValue] = {}
    for entry, value in _pairs(node):
        parts = {key.text: _text(part) for key, part in _pairs(value)}
        number = entries.model.measurements.get(entry.text)
        if number is None:
            entries.reject(entry.line, entry.text, message("entered_differs"))
        elif (text := _read_entered(entry.text, parts)) and text[1] == number:
            entered[entry.text] = text[0]
        else:
            entries.reject(entry.line, entry.text, message("entered_differs"), entry.text)
    return entered


def _read_entered(name: str, parts: Mapping[str, str]) -> tuple[EnteredValue, float] | None:
    text = parts.get("text", "")
    try:
        unit = MeasurementUnit(parts.get("unit", ""))
        value, found = parse_quantity(text, CATALOGUE[name].kind, unit=unit)
    except (QuantityParseError, ValueError):
        return None
    return (EnteredValue(text, unit), value) if found is unit else None


def _parse_avatar(entries: Entries, parts: Mapping[str, Node]) -> int | None:
    picture, address = parts.get("avatar_webp"), parts.get("avatar")
    if isinstance(picture, ScalarNode) and not picture.is_null:
        if index := parse_picture_index(picture):
            entries.mark(picture.line, "avatar")
            return index
        entries.reject(picture.line, "avatar", message("picture_damaged"))
    elif isinstance(address, ScalarNode) and not address.is_null:
        entries.reject(address.line, "avatar", message("picture_elsewhere"))
    return None


def parse_picture_index(node: ScalarNode) -> int | None:
    """Return the number that stands for a picture which was cut out, from 1; or None."""
    text = node.text
    return int(text) if len(text) <= 3 and text.isascii() and text.isdigit() else None  # noqa: PLR2004


def _parse_names(node: Node | None) -> frozenset[str]:
    return frozenset(map(_text, node.items if isinstance(node, SequenceNode) else ()))


def _pairs(node: Node | None) -> list[tuple[ScalarNode, Node]]:
    return node.pairs if isinstance(node, MappingNode) else []


def _text(node: Node | None) -> str:
    return node.text if isinstance(node, ScalarNode) and not node.is_null else ""
