"""FreeSewing's measurement sets, single or several, and its account exports since version 1.

Its lengths are always in millimetres: `units` and `imperial` only select the displayed unit.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from dressform.sewing.catalogue import CATALOGUE, RETIRED, current_name
from dressform.sewing.formats.entries import Entries, assert_not_too_many
from dressform.sewing.formats.nodes import MappingNode, Node, ScalarNode, SequenceNode
from dressform.sewing.formats.numbers import parse_number
from dressform.sewing.formats.personal import personal_field_kind, sort_kinds
from dressform.sewing.formats.reasons import message, unknown_name_reason
from dressform.sewing.formats.types import MAX_MODELS, Format, ImportResult, UnreadableFileError

_MEASUREMENT_KEYS = {"measurements", "measies"}
_COLLECTION_KEYS = {"sets", "people", "models"}
_WRAPPER_KEYS = {"data", "set", "person", "model", "account"}
# An export with these keys may be older than July 2020, when shoulderSlope was a length.
_VERSION_2_KEYS = {"people", "models", "person", "model"}
# These names did not change in July 2020, so that they do not tell the age of a file.
_SLOPE = "shoulderSlope"
_NEVER_RENAMED = {
    "bustSpan",
    "highBust",
    "inseam",
    _SLOPE,
    "shoulderToElbow",
    "shoulderToShoulder",
    "shoulderToWrist",
    "underbust",
}


@dataclass(frozen=True, slots=True)
class _Set:
    node: MappingNode
    may_be_old: bool


def parse(trees: list[Node], of: Format) -> ImportResult:
    """Parse all sets of the documents. Raises UnreadableFileError if there is none."""
    dropped: set[str] = set()
    sets = [each for tree in trees for each in _iter_sets(tree, dropped)]
    if not sets:
        raise UnreadableFileError(
            "no measurements found: they stand under “measurements” or “measies” in FreeSewing's "
            "files"
        )
    if len(sets) > MAX_MODELS:
        raise UnreadableFileError(
            f"more than {MAX_MODELS} sets of measurements", line=sets[MAX_MODELS].node.line
        )
    bodies = [_parse_set(each, place) for place, each in enumerate(sets)]
    report = tuple(line for each in bodies for line in each.lines)
    assert_not_too_many(report)
    return ImportResult(of, tuple(each.model for each in bodies), report, sort_kinds(dropped))


def _iter_sets(node: Node, dropped: set[str], *, may_be_old: bool = False) -> Iterator[_Set]:
    if isinstance(node, SequenceNode):
        for item in node.items:
            yield from _iter_sets(item, dropped, may_be_old=may_be_old)
    elif isinstance(node, MappingNode):
        _collect_personal_kinds(node, dropped)
        if _is_set(node):
            yield _Set(node, may_be_old)
        else:
            yield from _iter_nested_sets(node, dropped, may_be_old=may_be_old)


def _iter_nested_sets(node: MappingNode, dropped: set[str], *, may_be_old: bool) -> Iterator[_Set]:
    for key, value in node.pairs:
        old = may_be_old or key.text in _VERSION_2_KEYS
        if key.text in _WRAPPER_KEYS:
            yield from _iter_sets(value, dropped, may_be_old=old)
        elif key.text in _COLLECTION_KEYS and isinstance(value, MappingNode):
            for _, each in value.pairs:
                yield from _iter_sets(each, dropped, may_be_old=old)
        elif key.text in _COLLECTION_KEYS:
            yield from _iter_sets(value, dropped, may_be_old=old)


def _is_set(node: MappingNode) -> bool:
    return any(key.text in _MEASUREMENT_KEYS or _is_known(key.text) for key, _ in node.pairs)


def _is_known(name: str) -> bool:
    return name in CATALOGUE or current_name(name) is not None


def _collect_personal_kinds(node: MappingNode, dropped: set[str]) -> None:
    for key, value in node.pairs:
        kind = personal_field_kind(key.text)
        if kind and isinstance(value, ScalarNode) and value.text and not value.is_null:
            dropped.add(kind)
        elif key.text in _MEASUREMENT_KEYS and isinstance(value, MappingNode):
            _collect_personal_kinds(value, dropped)


def _parse_set(found: _Set, place: int) -> Entries:
    entries = Entries(place)
    nested = [(key, node) for key, node in found.node.pairs if key.text in _MEASUREMENT_KEYS]
    for key, node in found.node.pairs:
        if key.text == "breasts" and isinstance(node, ScalarNode):
            _parse_flag(entries, node)
        elif not nested and _is_known(key.text):
            nested = [(key, found.node)]
    for key, node in nested:
        _parse_measurements(entries, key, node, may_be_old=found.may_be_old)
    return entries


def _parse_flag(entries: Entries, node: ScalarNode) -> None:
    if node.is_null:
        return
    entries.breasts = node.truth
    if node.truth is None:
        entries.reject(node.line, "breasts", message("flag"))


def _parse_measurements(entries: Entries, key: ScalarNode, node: Node, *, may_be_old: bool) -> None:
    if not isinstance(node, MappingNode):
        entries.reject(key.line, key.text, message("not_a_list"))
        return
    names = {name.text for name, _ in node.pairs}
    is_old = any(current_name(name) or name in RETIRED for name in names)
    is_new = any(name in CATALOGUE for name in names - _NEVER_RENAMED)
    for name, value in node.pairs:
        if name.text == _SLOPE and (is_old or (may_be_old and not is_new)):
            entries.reject(name.line, name.text, message("old_slope"), _SLOPE)
        elif personal_field_kind(name.text) is None and name.text not in {
            "breasts",
            "units",
            "imperial",
        }:
            _parse_entry(entries, name, value)


def _parse_entry(entries: Entries, name: ScalarNode, value: Node) -> None:
    current = name.text if name.text in CATALOGUE else current_name(name.text)
    if current is None:
        entries.reject(name.line, name.text, unknown_name_reason(name.text))
        return
    amount = parse_number(value.text) if isinstance(value, ScalarNode) else None
    if amount is not None:
        reason = None if current == name.text else message("now_called", current)
        entries.accept(name.line, name.text, current, amount, reason=reason)
    elif isinstance(value, ScalarNode) and (value.is_null or not value.text):
        entries.reject(name.line, name.text, message("not_measured"), current)
    else:
        entries.reject(name.line, name.text, message("not_a_number"), current)
