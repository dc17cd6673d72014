"""Body scanners and body models: 3DLOOK, Bodygram, GarmentCode, SMPL-Anthropometry, clad-body.

`scanners.json` has their field names, and which measurement each is, exactly or approximately.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from dressform.sewing.catalogue import CATALOGUE, Kind
from dressform.sewing.data import load_json
from dressform.sewing.formats.entries import Entries, assert_not_too_many
from dressform.sewing.formats.freesewing import assert_not_too_many_bodies
from dressform.sewing.formats.nodes import MappingNode, Node, ScalarNode, SequenceNode
from dressform.sewing.formats.numbers import parse_number
from dressform.sewing.formats.personal import personal_field_kind, sort_kinds
from dressform.sewing.formats.reasons import message
from dressform.sewing.formats.types import (
    Format,
    ImportOptions,
    ImportResult,
    UnreadableFileError,
)
from dressform.sewing.units import TO_CANONICAL, MeasurementUnit

_MIN_FIELDS = 3
"""A mapping with fewer fields of a program is not taken for its file."""


@dataclass(frozen=True, slots=True)
class _Scanner:
    unit: MeasurementUnit | None
    exact: Mapping[str, str]
    approximate: Mapping[str, str]

    @property
    def names(self) -> Mapping[str, str]:
        return {**self.exact, **self.approximate}


_SCANNERS = {
    name: _Scanner(
        MeasurementUnit(facts["unit"]) if facts["unit"] else None,
        facts["exact"],
        facts["approximate"],
    )
    for name, facts in load_json("formats/scanners").items()
    if name != "source"
}
_NAMES = {name: scanner.names for name, scanner in _SCANNERS.items()}
_GROUPS = ("volume_params", "front_params", "side_params", "body")
_WRAPPERS = {"data", "entry", "measurements", "body_measurements", "results", "person", "persons"}


@dataclass(frozen=True, slots=True)
class _Field:
    name: ScalarNode
    key: str
    value: ScalarNode
    unit: MeasurementUnit | None = None


@dataclass(frozen=True, slots=True)
class _Body:
    node: MappingNode
    fields: list[_Field]


def parse(trees: list[Node], of: Format, options: ImportOptions) -> ImportResult | None:
    """Parse the bodies of such a file, or return None for another file.

    Raises UnreadableFileError when it does not say its unit.
    """
    dropped: set[str] = set()
    bodies = [each for tree in trees for each in _iter_bodies(tree, dropped, is_top=True)]
    recognized = [(body, scanner) for body in bodies if (scanner := _recognize(body))]
    if not recognized:
        return None
    assert_not_too_many_bodies([body.node for body, _ in recognized])
    entries = [
        _parse_body(body, scanner, Entries(place), options)
        for place, (body, scanner) in enumerate(recognized)
    ]
    report = tuple(line for each in entries for line in each.lines)
    assert_not_too_many(report)
    return ImportResult(of, tuple(each.model for each in entries), report, sort_kinds(dropped))


def _iter_bodies(node: Node, dropped: set[str], *, is_top: bool = False) -> Iterator[_Body]:
    if isinstance(node, SequenceNode) and is_top:
        for item in node.items:
            yield from _iter_bodies(item, dropped, is_top=True)
    if not isinstance(node, MappingNode):
        return
    fields = list(_iter_fields(node))
    dropped |= {
        kind
        for key, value in node.pairs
        if (kind := personal_field_kind(key.text)) and isinstance(value, ScalarNode) and value.text
    }
    if fields:
        yield _Body(node, fields)
    for key, value in node.pairs:
        if key.text in _WRAPPERS:
            yield from _iter_bodies(value, dropped, is_top=True)


def _iter_fields(node: MappingNode) -> Iterator[_Field]:
    for key, value in node.pairs:
        if isinstance(value, ScalarNode):
            yield _Field(key, key.text, value)
        elif key.text in _GROUPS and isinstance(value, MappingNode):
            for name, inner in value.pairs:
                if isinstance(inner, ScalarNode):
                    yield _Field(name, f"{key.text}.{name.text}", inner)
        elif key.text == "measurements" and isinstance(value, SequenceNode):
            yield from filter(None, map(_read_named_value, value.items))


def _read_named_value(node: Node) -> _Field | None:
    """Return the field of an item with `name`, `value` and `unit`, as Bodygram writes it."""
    if not isinstance(node, MappingNode):
        return None
    parts = {key.text: value for key, value in node.pairs if isinstance(value, ScalarNode)}
    if not {"name", "value"} <= set(parts):
        return None
    unit = parts["unit"].text.lower() if "unit" in parts else ""
    known = MeasurementUnit(unit) if unit in {"mm", "cm", "in"} else None
    return _Field(parts["name"], parts["name"].text, parts["value"], known)


def _recognize(body: _Body) -> str | None:
    """Return the program with most of its fields in the mapping, or None."""
    keys = {field.key for field in body.fields}
    number, name = max((len(keys & set(names)), name) for name, names in _NAMES.items())
    return name if number >= _MIN_FIELDS else None


def _parse_body(body: _Body, scanner: str, entries: Entries, options: ImportOptions) -> Entries:
    facts = _SCANNERS[scanner]
    for field in body.fields:
        name = _NAMES[scanner].get(field.key)
        if name is None:
            if parse_number(field.value.text) is not None:
                entries.reject(field.name.line, field.name.text, message("unknown"))
            continue
        unit = field.unit or facts.unit or options.unit
        is_near = field.key in facts.approximate
        _parse_field(entries, field, name, unit, is_near=is_near)
    return entries


def _parse_field(
    entries: Entries, field: _Field, name: str, unit: MeasurementUnit | None, *, is_near: bool
) -> None:
    line, entry = field.name.line, field.name.text
    amount = parse_number(field.value.text)
    if field.value.is_null or not field.value.text:
        entries.reject(line, entry, message("not_measured"), name)
    elif amount is None:
        entries.reject(line, entry, message("not_a_number"), name)
    elif CATALOGUE[name].kind is Kind.LENGTH and unit is None:
        raise UnreadableFileError(
            "the file does not say its unit; send `unit=mm`, `unit=cm` or `unit=in`",
            line=line,
            parameter="unit",
        )
    else:
        is_length = CATALOGUE[name].kind is Kind.LENGTH
        scale = TO_CANONICAL[unit] if is_length and unit else Fraction(1)
        reason = message("approximate") if is_near else None
        entries.accept(line, entry, name, amount * scale, near=is_near, reason=reason)
