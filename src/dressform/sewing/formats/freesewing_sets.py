"""The sets of measurements in FreeSewing's files, and the unit of each.

Versions 2 to 4 store millimetres; `units` and `imperial` only select the displayed unit. Version 1
stored centimetres or inches under the same names as version 2.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from dressform.sewing.catalogue import CATALOGUE, RETIRED, current_name
from dressform.sewing.formats.names import BY_CODE_NAME, find_measurement
from dressform.sewing.formats.nodes import MappingNode, Node, ScalarNode, SequenceNode
from dressform.sewing.formats.personal import clean_model_name, personal_field_kind
from dressform.sewing.formats.types import UnreadableFileError
from dressform.sewing.units import MeasurementUnit

MEASUREMENT_KEYS = frozenset({"measurements", "measies"})
# These names did not change in July 2020, so that they do not tell the age of a file.
SLOPE = "shoulderSlope"
_NEVER_RENAMED = {
    "bustSpan",
    "highBust",
    "inseam",
    SLOPE,
    "shoulderToElbow",
    "shoulderToShoulder",
    "shoulderToWrist",
    "underbust",
}
_COLLECTION_KEYS = {"sets", "people", "models"}
_WRAPPER_KEYS = {"data", "set", "person", "model", "account"}
# An export with these keys may be older than July 2020, when shoulderSlope was a length.
_VERSION_2_KEYS = {"people", "models", "person", "model"}
# Only versions in millimetres have these keys.
_MILLIMETRE_KEYS = {"sets", "people", "measies"}

_UNITS = {
    MeasurementUnit.MM: "mm millimeter millimeters millimetre millimetres",
    MeasurementUnit.CM: "cm centimeter centimeters centimetre centimetres",
    MeasurementUnit.INCH: "in inch inches",
}
_UNIT_BY_WORD = {word: unit for unit, words in _UNITS.items() for word in words.split()}
_STATEMENT = re.compile(rf"\bin ({'|'.join(_UNIT_BY_WORD)})\b", re.IGNORECASE)
_ASK_UNIT = (
    "the file does not say its unit, and FreeSewing's versions differ; send `unit=mm`, `unit=cm` or "
    "`unit=in`"
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The statements of the nodes around a set."""

    is_account: bool = False
    may_be_old: bool = False
    is_millimetres: bool = False
    unit: MeasurementUnit | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class FoundSet:
    """A set of measurements with what surrounds it."""

    node: MappingNode
    around: Surroundings


def iter_sets(node: Node, around: Surroundings, dropped: set[str]) -> Iterator[FoundSet]:
    """Yield all sets below a node, and collect the kinds of personal data beside them."""
    if isinstance(node, SequenceNode):
        for item in node.items:
            yield from iter_sets(item, around, dropped)
    elif isinstance(node, MappingNode):
        inside = _read_surroundings(node, around)
        _collect_personal_kinds(node, dropped, keeps_name=inside.name is not None)
        if _is_set(node):
            yield FoundSet(node, inside)
        else:
            yield from _iter_nested_sets(node, inside, dropped)


def find_stated_unit(text: str) -> MeasurementUnit | None:
    """Return the unit that a comment of a YAML file states, such as “All measurements in cm”."""
    comments = (line for line in text.splitlines() if line.lstrip().startswith("#"))
    units = {_UNIT_BY_WORD[word.lower()] for line in comments for word in _STATEMENT.findall(line)}
    return units.pop() if len(units) == 1 else None


def resolve_unit(
    found: FoundSet, names: list[str], asked: MeasurementUnit | None
) -> MeasurementUnit:
    """Return the unit of a set: as stated, else as asked, else as its version says.

    Raises UnreadableFileError when none of these is known.
    """
    if unit := found.around.unit or asked:
        return unit
    if found.around.is_millimetres or any(map(_is_current, names)):
        return MeasurementUnit.MM
    if not any(find_measurement(name) for name in names if name != SLOPE):
        return MeasurementUnit.MM
    raise UnreadableFileError(_ASK_UNIT, line=found.node.line, parameter="unit")


def is_old_slope(found: FoundSet, names: list[str]) -> bool:
    """Return whether shoulderSlope may be a length in a set with these names."""
    is_old = any(current_name(name) or name in RETIRED for name in names)
    is_new = any(name in CATALOGUE for name in set(names) - _NEVER_RENAMED)
    return is_old or (found.around.may_be_old and not is_new)


def _is_current(name: str) -> bool:
    """Return whether only versions in millimetres, or Dressform, call a measurement so."""
    if name in _NEVER_RENAMED or name in BY_CODE_NAME or current_name(name):
        return False
    return find_measurement(name) is not None


def _iter_nested_sets(
    node: MappingNode, around: Surroundings, dropped: set[str]
) -> Iterator[FoundSet]:
    for key, value in node.pairs:
        inside = replace(
            around,
            may_be_old=around.may_be_old or key.text in _VERSION_2_KEYS,
            is_millimetres=around.is_millimetres or key.text in _MILLIMETRE_KEYS,
            is_account=around.is_account or key.text in _COLLECTION_KEYS,
        )
        if key.text in _COLLECTION_KEYS and isinstance(value, MappingNode):
            for _, each in value.pairs:
                yield from iter_sets(each, inside, dropped)
        elif key.text in _COLLECTION_KEYS | _WRAPPER_KEYS:
            yield from iter_sets(value, inside, dropped)


def _is_set(node: MappingNode) -> bool:
    return any(
        key.text in MEASUREMENT_KEYS
        or (find_measurement(key.text) and isinstance(value, ScalarNode))
        for key, value in node.pairs
    )


def _read_surroundings(node: MappingNode, around: Surroundings) -> Surroundings:
    inside = around
    for key, value in node.pairs:
        if not isinstance(value, ScalarNode) or value.is_null:
            continue
        if key.text in {"unit", "units"} and value.text.lower() in _UNIT_BY_WORD:
            inside = replace(inside, unit=_UNIT_BY_WORD[value.text.lower()])
        elif key.text == "about" and (stated := _STATEMENT.search(value.text)):
            inside = replace(inside, unit=_UNIT_BY_WORD[stated[1].lower()])
        elif key.text == "name" and around.is_account:
            inside = replace(inside, name=clean_model_name(value.text))
    if any(key.text in _MILLIMETRE_KEYS for key, _ in node.pairs):
        inside = replace(inside, is_millimetres=True)
    return inside


def _collect_personal_kinds(node: MappingNode, dropped: set[str], *, keeps_name: bool) -> None:
    for key, value in node.pairs:
        kind = personal_field_kind(key.text)
        if key.text in MEASUREMENT_KEYS and isinstance(value, MappingNode):
            _collect_personal_kinds(value, dropped, keeps_name=False)
        elif keeps_name and key.text == "name":
            continue
        elif kind and isinstance(value, ScalarNode) and value.text and not value.is_null:
            dropped.add(kind)
