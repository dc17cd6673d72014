"""The 38 body measurements that sewing patterns are drafted from, and their valid ranges.

Names and units are those of FreeSewing. `measurements.json` holds the data, its texts and sources.
"""

import difflib
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from dressform.sewing.data import load_json

# FreeSewing's sample sets run from dolls (10 %) to giants (300 %). The bounds reject unit and
# typing errors, never a real body.
MAX_LENGTH_MM = 10_000
_MAX_ANGLE_DEGREES = 90

_MAX_PRINTED_NAME = 40
# A look for a similar name takes 0.2 ms.
_MAX_SUGGESTIONS = 5


class Kind(StrEnum):
    LENGTH = "length"
    ANGLE = "angle"


@dataclass(frozen=True, slots=True)
class Seamly:
    """The closest measurement of Seamly2D and Valentina; `match` is `exact` or `approximate`."""

    code: str
    name: str
    match: str


@dataclass(frozen=True, slots=True)
class Measurement:
    """A measurement: lengths in mm, angles in degrees. Its texts have the keys `en` and `fr`."""

    name: str
    label: Mapping[str, str] = field(hash=False)
    kind: Kind
    unit: str
    breasts_only: bool
    description: Mapping[str, str] = field(hash=False)
    seamly: Seamly | None
    aliases: tuple[str, ...]

    @property
    def minimum(self) -> int:
        """Return the exclusive lower bound."""
        return 0

    @property
    def maximum(self) -> int:
        """Return the upper bound: inclusive for lengths, exclusive for angles."""
        return MAX_LENGTH_MM if self.kind is Kind.LENGTH else _MAX_ANGLE_DEGREES

    @property
    def constraint_text(self) -> str:
        """Return the valid range in words, for error messages."""
        if self.kind is Kind.LENGTH:
            return f"a number of millimetres greater than {self.minimum} and at most {self.maximum}"
        return f"a number of degrees greater than {self.minimum} and less than {self.maximum}"

    def is_valid(self, value: object) -> bool:
        """Return whether `value` is a number within the bounds. NaN and infinities are not."""
        # Compare without float(), which raises OverflowError for a huge integer. bool is an int.
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        within = value <= self.maximum if self.kind is Kind.LENGTH else value < self.maximum
        return self.minimum < value and within


def _parse_measurement(fact: Mapping[str, Any]) -> Measurement:
    return Measurement(
        name=fact["name"],
        label=MappingProxyType(fact["label"]),
        kind=Kind(fact["kind"]),
        unit=fact["unit"],
        breasts_only=fact["breasts_only"],
        description=MappingProxyType(fact["description"]),
        seamly=Seamly(**fact["seamly"]) if fact["seamly"] else None,
        aliases=tuple(fact["aliases"]),
    )


def _index_by_name(facts: Iterable[Mapping[str, Any]]) -> Mapping[str, Measurement]:
    known = sorted((_parse_measurement(fact) for fact in facts), key=lambda each: each.name)
    return MappingProxyType({each.name: each for each in known})


def _compute_version(facts: Mapping[str, Any]) -> str:
    # Not joined by a plus sign, which decodes to a space in a URL query.
    content = json.dumps(facts, sort_keys=True).encode()
    return f"{facts['version']}-{hashlib.sha256(content).hexdigest()[:8]}"


_FACTS = load_json("measurements")
RETIRED = frozenset(_FACTS["retired"])
"""Names that FreeSewing removed without a replacement."""

CATALOGUE = _index_by_name(_FACTS["measurements"])
"""All measurements by name, sorted by name."""

DERIVED: Mapping[str, Mapping[str, float]] = MappingProxyType(_FACTS["derived"])
"""Measurements that drafting computes: for each, the factors of the measurements it is a sum of."""

VERSION = _compute_version(_FACTS | {"forms": load_json("measurement_forms")})
"""FreeSewing's version and a hash of the content, which changes with every edit."""

_CURRENT_NAMES = {alias: each.name for each in CATALOGUE.values() for alias in each.aliases}
_BY_LOWER_NAME = {name.lower(): name for name in CATALOGUE} | {
    alias.lower(): name for alias, name in _CURRENT_NAMES.items()
}


def visible_measurements(breasts: bool | None) -> tuple[Measurement, ...]:  # noqa: FBT001 - the flag of a model
    """Return the measurements to display for a model with this flag; all of them for None.

    This only filters the display. A hidden measurement is still accepted.
    """
    hidden = breasts is False
    return tuple(each for each in CATALOGUE.values() if not (hidden and each.breasts_only))


def validate(measurements: Mapping[str, object]) -> list[tuple[str, str]]:
    """Return each invalid entry's name with a sentence that says what was expected.

    The values may be any JSON. Neither part repeats a value, and an unknown name is truncated.
    """
    found: list[tuple[str, str]] = []
    unknown = 0
    for name, value in measurements.items():
        known = CATALOGUE.get(name)
        if known is None:
            unknown += 1
            suggest = unknown <= _MAX_SUGGESTIONS
            found.append(
                (
                    printable_name(name),
                    f"{printable_name(name)}: {unknown_name_message(name, suggest=suggest)}",
                )
            )
        elif not known.is_valid(value):
            found.append((name, f"{name}: {known.constraint_text}"))
    return found


def printable_name(name: str) -> str:
    """Return a name that is safe to echo: truncated, without unprintable characters."""
    start = "".join(
        c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in name[:_MAX_PRINTED_NAME]
    )
    return start if len(name) <= _MAX_PRINTED_NAME else start + "…"


def current_name(name: str) -> str | None:
    """Return today's name of a measurement that FreeSewing renamed, or None."""
    return _CURRENT_NAMES.get(name)


def unknown_name_message(name: str, *, suggest: bool = True) -> str:
    """Return the message for a name that is not in the catalogue. It does not repeat the name."""
    if current := current_name(name):
        return f"this is now called {current}"
    if name in DERIVED:
        return "worked out from other measurements when drafting; leave it out"
    if name in RETIRED:
        return "no longer used, and no measurement takes its place; leave it out"
    nearest = _find_similar_name(name) if suggest else None
    hint = f"; did you mean {nearest}?" if nearest else ""
    return f"not a known measurement{hint}"


def _find_similar_name(name: str) -> str | None:
    if len(name) > _MAX_PRINTED_NAME:
        return None
    close = difflib.get_close_matches(name.lower(), _BY_LOWER_NAME, n=1)
    return _BY_LOWER_NAME[close[0]] if close else None
