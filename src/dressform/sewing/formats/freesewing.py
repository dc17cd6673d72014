"""FreeSewing's measurement sets, single or several, and its account exports since version 1."""

from dataclasses import replace
from fractions import Fraction

from dressform.sewing.catalogue import Kind
from dressform.sewing.formats.entries import Entries, assert_not_too_many
from dressform.sewing.formats.freesewing_sets import (
    MEASUREMENT_KEYS,
    SLOPE,
    FoundSet,
    Surroundings,
    find_stated_unit,
    is_old_slope,
    iter_sets,
    resolve_unit,
)
from dressform.sewing.formats.names import find_measurement
from dressform.sewing.formats.nodes import MappingNode, Node, ScalarNode
from dressform.sewing.formats.numbers import parse_number
from dressform.sewing.formats.personal import personal_field_kind, sort_kinds
from dressform.sewing.formats.reasons import message, unknown_name_reason
from dressform.sewing.formats.types import (
    MAX_MODELS,
    EntryReport,
    Format,
    ImportedBody,
    ImportOptions,
    ImportResult,
    UnreadableFileError,
)
from dressform.sewing.units import TO_CANONICAL, MeasurementUnit

_NO_ENTRIES = frozenset({"breasts", "units", "unit", "imperial"})


def parse(trees: list[Node], of: Format, options: ImportOptions, text: str) -> ImportResult:
    """Parse all sets of the documents. Raises UnreadableFileError if there is none."""
    dropped: set[str] = set()
    around = Surroundings(unit=find_stated_unit(text) if of is Format.YAML else None)
    sets = [each for tree in trees for each in iter_sets(tree, around, dropped)]
    if not sets:
        raise UnreadableFileError(
            "no measurements found: they stand under “measurements” or “measies” in FreeSewing's "
            "files"
        )
    assert_not_too_many_bodies([each.node for each in sets])
    parsed = [_parse_set(each, place, options) for place, each in enumerate(sets)]
    report = tuple(line for _, lines in parsed for line in lines)
    assert_not_too_many(report)
    return ImportResult(of, tuple(body for body, _ in parsed), report, sort_kinds(dropped))


def assert_not_too_many_bodies(nodes: list[MappingNode]) -> None:
    """Raise UnreadableFileError if there are more than MAX_MODELS."""
    if len(nodes) > MAX_MODELS:
        raise UnreadableFileError(
            f"more than {MAX_MODELS} sets of measurements", line=nodes[MAX_MODELS].line
        )


def _parse_set(
    found: FoundSet, place: int, options: ImportOptions
) -> tuple[ImportedBody, list[EntryReport]]:
    entries = Entries(place)
    if found.around.name:
        entries.mark(found.node.line, "name", message("name_kept"))
    nested = [(key, node) for key, node in found.node.pairs if key.text in MEASUREMENT_KEYS]
    for key, node in found.node.pairs:
        if key.text == "breasts" and isinstance(node, ScalarNode):
            _parse_flag(entries, node)
        elif not nested and find_measurement(key.text):
            nested = [(key, found.node)]
    for key, node in nested:
        _parse_measurements(entries, key, node, found, options)
    return replace(entries.model, name=found.around.name), entries.lines


def _parse_flag(entries: Entries, node: ScalarNode) -> None:
    if node.is_null:
        return
    entries.breasts = node.truth
    if node.truth is None:
        entries.reject(node.line, "breasts", message("flag"))


def _parse_measurements(
    entries: Entries, key: ScalarNode, node: Node, found: FoundSet, options: ImportOptions
) -> None:
    if not isinstance(node, MappingNode):
        entries.reject(key.line, key.text, message("not_a_list"))
        return
    names = [name.text for name, _ in node.pairs]
    unit = resolve_unit(found, names, options.unit)
    is_old = is_old_slope(found, names)
    for name, value in node.pairs:
        if name.text == SLOPE and is_old:
            entries.reject(name.line, name.text, message("old_slope"), SLOPE)
        elif personal_field_kind(name.text) is None and name.text not in _NO_ENTRIES:
            parse_entry(entries, name, value, unit)


def parse_entry(entries: Entries, name: ScalarNode, value: Node, unit: MeasurementUnit) -> None:
    """Parse one named number. Its unit does not apply to an angle."""
    known = find_measurement(name.text)
    if known is None:
        entries.reject(name.line, name.text, unknown_name_reason(name.text))
        return
    measurement = known.measurement
    amount = parse_number(value.text) if isinstance(value, ScalarNode) else None
    if amount is not None:
        scale = TO_CANONICAL[unit] if measurement.kind is Kind.LENGTH else Fraction(1)
        entries.accept(
            name.line,
            name.text,
            measurement.name,
            amount * scale,
            near=known.near,
            reason=known.reason,
        )
    elif isinstance(value, ScalarNode) and (value.is_null or not value.text):
        entries.reject(name.line, name.text, message("not_measured"), measurement.name)
    else:
        entries.reject(name.line, name.text, message("not_a_number"), measurement.name)
