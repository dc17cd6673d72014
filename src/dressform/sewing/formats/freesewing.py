"""FreeSewing's measurement sets, one or many, and whole accounts of it since version 1.

Lengths are always in millimetres there: `units` and `imperial` say what is shown, not what is kept.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from dressform.sewing.catalogue import CATALOGUE, RETIRED, now_called
from dressform.sewing.formats.entries import Entries, assert_countable
from dressform.sewing.formats.nodes import Listing, Mapping, Node, Scalar
from dressform.sewing.formats.numbers import number
from dressform.sewing.formats.personal import in_order, kind_of
from dressform.sewing.formats.reasons import why, why_unknown
from dressform.sewing.formats.types import MOST_MODELS, Format, Found, UnreadableFileError

_MEASUREMENTS = {"measurements", "measies"}
_MANY = {"sets", "people", "models"}
_AROUND = {"data", "set", "person", "model", "account"}
# An export with these may be from before July 2020, when shoulderSlope was a length.
_OF_VERSION_2 = {"people", "models", "person", "model"}
# Before July 2020 these had the names that they have today; any other name tells the time.
_SLOPE = "shoulderSlope"
_TIMELESS = {
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
    node: Mapping
    may_be_old: bool


def found_in(trees: list[Node], of: Format) -> Found:
    """Raises UnreadableFileError where there is not one set."""
    dropped: set[str] = set()
    sets = [each for tree in trees for each in _sets(tree, dropped)]
    if not sets:
        raise UnreadableFileError(
            "no measurements found: they stand under “measurements” or “measies” in FreeSewing's "
            "files"
        )
    if len(sets) > MOST_MODELS:
        raise UnreadableFileError(
            f"more than {MOST_MODELS} sets of measurements", line=sets[MOST_MODELS].node.line
        )
    bodies = [_body(each, place) for place, each in enumerate(sets)]
    report = tuple(line for each in bodies for line in each.lines)
    assert_countable(report)
    return Found(of, tuple(each.model for each in bodies), report, in_order(dropped))


def _sets(node: Node, dropped: set[str], *, may_be_old: bool = False) -> Iterator[_Set]:
    if isinstance(node, Listing):
        for item in node.items:
            yield from _sets(item, dropped, may_be_old=may_be_old)
    elif isinstance(node, Mapping):
        _note_personal(node, dropped)
        if _is_set(node):
            yield _Set(node, may_be_old)
        else:
            yield from _inside(node, dropped, may_be_old=may_be_old)


def _inside(node: Mapping, dropped: set[str], *, may_be_old: bool) -> Iterator[_Set]:
    for key, value in node.pairs:
        old = may_be_old or key.text in _OF_VERSION_2
        if key.text in _AROUND:
            yield from _sets(value, dropped, may_be_old=old)
        elif key.text in _MANY and isinstance(value, Mapping):
            for _, each in value.pairs:
                yield from _sets(each, dropped, may_be_old=old)
        elif key.text in _MANY:
            yield from _sets(value, dropped, may_be_old=old)


def _is_set(node: Mapping) -> bool:
    return any(key.text in _MEASUREMENTS or _is_known(key.text) for key, _ in node.pairs)


def _is_known(name: str) -> bool:
    return name in CATALOGUE or now_called(name) is not None


def _note_personal(node: Mapping, dropped: set[str]) -> None:
    for key, value in node.pairs:
        kind = kind_of(key.text)
        if kind and isinstance(value, Scalar) and value.text and not value.is_nothing:
            dropped.add(kind)
        elif key.text in _MEASUREMENTS and isinstance(value, Mapping):
            _note_personal(value, dropped)


def _body(found: _Set, place: int) -> Entries:
    entries = Entries(place)
    nested = [(key, node) for key, node in found.node.pairs if key.text in _MEASUREMENTS]
    for key, node in found.node.pairs:
        if key.text == "breasts" and isinstance(node, Scalar):
            _take_flag(entries, node)
        elif not nested and _is_known(key.text):
            nested = [(key, found.node)]
    for key, node in nested:
        _take_all(entries, key, node, may_be_old=found.may_be_old)
    return entries


def _take_flag(entries: Entries, node: Scalar) -> None:
    if node.is_nothing:
        return
    entries.breasts = node.truth
    if node.truth is None:
        entries.leave(node.line, "breasts", why("flag"))


def _take_all(entries: Entries, key: Scalar, node: Node, *, may_be_old: bool) -> None:
    if not isinstance(node, Mapping):
        entries.leave(key.line, key.text, why("not_a_list"))
        return
    names = {name.text for name, _ in node.pairs}
    is_old = any(now_called(name) or name in RETIRED for name in names)
    is_new = any(name in CATALOGUE for name in names - _TIMELESS)
    for name, value in node.pairs:
        if name.text == _SLOPE and (is_old or (may_be_old and not is_new)):
            entries.leave(name.line, name.text, why("old_slope"), _SLOPE)
        elif kind_of(name.text) is None and name.text not in {"breasts", "units", "imperial"}:
            _take(entries, name, value)


def _take(entries: Entries, name: Scalar, value: Node) -> None:
    current = name.text if name.text in CATALOGUE else now_called(name.text)
    if current is None:
        entries.leave(name.line, name.text, why_unknown(name.text))
        return
    amount = number(value.text) if isinstance(value, Scalar) else None
    if amount is not None:
        reason = None if current == name.text else why("now_called", current)
        entries.take(name.line, name.text, current, amount, reason=reason)
    elif isinstance(value, Scalar) and (value.is_nothing or not value.text):
        entries.leave(name.line, name.text, why("not_measured"), current)
    else:
        entries.leave(name.line, name.text, why("not_a_number"), current)
