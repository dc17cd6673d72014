"""The 38 body measurements that sewing patterns are drafted from, and what each may hold.

FreeSewing's names and units; the facts, their texts and their sources are in `measurements.json`.
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

# FreeSewing's own sample sets run from dolls (10 %) to giants (300 %): a bound refuses slips of the
# unit and of the keyboard, never a body.
MAX_LENGTH_MM = 10_000
_MAX_ANGLE_DEGREES = 90

_MAX_PRINTED_NAME = 40


class Kind(StrEnum):
    LENGTH = "length"
    ANGLE = "angle"


@dataclass(frozen=True, slots=True)
class Seamly:
    """The nearest measurement of Seamly2D and Valentina; `match` is `exact` or `approximate`."""

    code: str
    name: str
    match: str


@dataclass(frozen=True, slots=True)
class Measurement:
    """One measurement: lengths in mm, angles in degrees; its texts have `en` and `fr`."""

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
        """Exclusive."""
        return 0

    @property
    def maximum(self) -> int:
        """Inclusive for lengths, exclusive for angles."""
        return MAX_LENGTH_MM if self.kind is Kind.LENGTH else _MAX_ANGLE_DEGREES

    @property
    def expected(self) -> str:
        if self.kind is Kind.LENGTH:
            return f"a number of millimetres greater than {self.minimum} and at most {self.maximum}"
        return f"a number of degrees greater than {self.minimum} and less than {self.maximum}"

    def is_valid(self, value: object) -> bool:
        """Whether `value` is a number within the bounds; NaN and infinities are not."""
        # Compared as it is: float() of a huge integer overflows. True is an int to Python.
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
    # No plus sign between them: in an address that is a space.
    content = json.dumps(facts, sort_keys=True).encode()
    return f"{facts['version']}-{hashlib.sha256(content).hexdigest()[:8]}"


_FACTS = load_json("measurements")
RETIRED = frozenset(_FACTS["retired"])
"""What FreeSewing had once, and nothing has taken the place of."""

CATALOGUE = _index_by_name(_FACTS["measurements"])
"""Every measurement by its name, in name order."""

DERIVED: Mapping[str, Mapping[str, float]] = MappingProxyType(_FACTS["derived"])
"""What drafting works out by itself: how often each measurement goes into it."""

VERSION = _compute_version(_FACTS)
"""FreeSewing's version and a digest of the content: it changes with every word."""

_CURRENT_NAMES = {alias: each.name for each in CATALOGUE.values() for alias in each.aliases}
_BY_LOWER_NAME = {name.lower(): name for name in CATALOGUE} | {
    alias.lower(): name for alias, name in _CURRENT_NAMES.items()
}


def visible_measurements(breasts: bool | None) -> tuple[Measurement, ...]:  # noqa: FBT001 - the flag of a model
    """What to show when a model is configured: a filter for display, never a reason to refuse.

    Not knowing (None) shows all.
    """
    hidden = breasts is False
    return tuple(each for each in CATALOGUE.values() if not (hidden and each.breasts_only))


def validate(measurements: Mapping[str, object]) -> list[tuple[str, str]]:
    """The name of each entry that does not fit, and a sentence that says what was expected.

    Takes any JSON value. Neither part holds a value, or more of an unknown name than can be shown.
    """
    # Nobody mistypes more names than there are; comparing thousands would cost seconds.
    suggest = len(measurements) <= 2 * len(CATALOGUE)
    found = []
    for name, value in measurements.items():
        known = CATALOGUE.get(name)
        if known is None:
            found.append(
                (
                    printable_name(name),
                    f"{printable_name(name)}: {unknown_name_message(name, suggest=suggest)}",
                )
            )
        elif not known.is_valid(value):
            found.append((name, f"{name}: {known.expected}"))
    return found


def printable_name(name: str) -> str:
    """A name as it may be repeated to whoever sent it: short, and nothing invisible in it."""
    start = "".join(
        c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in name[:_MAX_PRINTED_NAME]
    )
    return start if len(name) <= _MAX_PRINTED_NAME else start + "…"


def current_name(name: str) -> str | None:
    """What an older name of FreeSewing's stands for."""
    return _CURRENT_NAMES.get(name)


def unknown_name_message(name: str, *, suggest: bool = True) -> str:
    """What to tell of a name that is not in the catalogue; never repeats it."""
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
