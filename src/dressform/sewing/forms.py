"""The layout of forms for measurements: groups, order, sides, and what the silhouette shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from dressform.sewing.data import load_json

_FACTS = load_json("measurement_forms")
_DRAWN = frozenset(load_json("silhouette")["names"])


@dataclass(frozen=True, slots=True)
class FormGroup:
    """Measurements that are taken together. The label has the keys `en` and `fr`."""

    key: str
    label: Mapping[str, str] = field(hash=False)
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FormPlace:
    """The place of a measurement in a form.

    `order` is its place among all; `is_paired`: it is taken on the left or right; `is_drawn`: the silhouette has
    a group of that name; `schema_org` has terms of schema.org.
    """

    group: str
    order: int
    is_paired: bool
    is_drawn: bool
    schema_org: tuple[str, ...]


def _parse_group(fact: Mapping[str, Any]) -> FormGroup:
    return FormGroup(fact["key"], MappingProxyType(fact["label"]), tuple(fact["measurements"]))


def _list_places() -> Mapping[str, FormPlace]:
    ordered = [(group.key, name) for group in GROUPS for name in group.names]
    return MappingProxyType(
        {
            name: FormPlace(
                group=group,
                order=order,
                is_paired=name in _FACTS["paired"],
                is_drawn=name in _DRAWN,
                schema_org=tuple(_FACTS["schema_org"].get(name, ())),
            )
            for order, (group, name) in enumerate(ordered, 1)
        }
    )


GROUPS = tuple(_parse_group(fact) for fact in _FACTS["groups"])
"""The groups in the order in which one measures."""

FORM_PLACES = _list_places()
"""The place of each measurement by its name."""
