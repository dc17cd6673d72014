"""What is found in a file, and what becomes of each of its entries."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dressform.sewing.catalogue import CATALOGUE, DERIVED, RETIRED, now_called, shown
from dressform.sewing.facts import facts

_SAID: Mapping[str, Mapping[str, str]] = facts("formats/reasons")


class NotReadableError(ValueError):
    """The file as a whole; its text says where and what was expected."""


@dataclass(frozen=True, slots=True)
class Entry:
    """As it stands in the file; JSON and YAML are told without lines."""

    line: int | None
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """One entry: the measurement that it became, if it did, and `reason` in `en` and `fr`."""

    number: int | None
    entry: str
    measurement: str | None
    reason: str | None
    """A key of what can be said about it; None for what was taken as it stands."""

    @property
    def said(self) -> Mapping[str, str] | None:
        return _SAID[self.reason] if self.reason else None


@dataclass(slots=True)
class FoundBody:
    """The measurements of one body, in mm and degrees, and the report of how they were found."""

    breasts: bool | None = None
    measurements: dict[str, float] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)

    def take(
        self, entry: Entry, value: float | None, *, name: str, reason: str | None = None
    ) -> None:
        """`value` for the measurement `name`, or why not: never guessed, never lost in silence."""
        refusal = self._refusal(name, value)
        if refusal is None and value is not None:
            self.measurements[name] = value
        taken = None if refusal else name
        self.lines.append(Line(entry.line, shown(entry.name), taken, refusal or reason))

    def leave(self, entry: Entry, reason: str) -> None:
        self.lines.append(Line(entry.line, shown(entry.name), None, reason))

    def _refusal(self, name: str, value: float | None) -> str | None:
        if value is None:
            return "not a number"
        if value == 0:
            return "zero"
        if not CATALOGUE[name].fits(value):
            return "angle before 2.7" if name == "shoulderSlope" else "out of bounds"
        return "twice" if name in self.measurements else None


@dataclass(frozen=True, slots=True)
class Found:
    """The bodies of a file; `dropped` names the kinds of personal entries that were not read."""

    bodies: list[FoundBody]
    dropped: frozenset[str]


def freesewing_name(entry: str) -> tuple[str | None, str | None]:
    """The measurement that FreeSewing calls or called so, and what is to be said about it."""
    if entry in CATALOGUE:
        return entry, None
    if current := now_called(entry):
        return current, "older name"
    if entry in DERIVED:
        return None, "derived"
    return None, "retired" if entry in RETIRED else "unknown"
