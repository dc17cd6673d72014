"""The accepted and rejected entries of one body in a file."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from dressform.sewing.catalogue import CATALOGUE, printable_name
from dressform.sewing.formats.reasons import Reason, message, out_of_bounds_reason
from dressform.sewing.formats.types import (
    MAX_ENTRIES,
    EntryReport,
    ImportedBody,
    Outcome,
    UnreadableFileError,
)


class Entries:
    """Collects entries. An exact one replaces an approximate or renamed one; else the first counts."""

    def __init__(self, model: int = 0) -> None:
        self.breasts: bool | None = None
        self.lines: list[EntryReport] = []
        self._model = model
        self._values: dict[str, float] = {}
        self._from: dict[str, int] = {}

    @property
    def model(self) -> ImportedBody:
        return ImportedBody(self._values, self.breasts)

    def accept(
        self,
        line: int,
        entry: str,
        name: str,
        value: Fraction,
        *,
        near: bool = False,
        reason: Reason | None = None,
    ) -> None:
        """Accept a value in millimetres or degrees, unless it is invalid or a better one is known.

        `reason` is the message of an accepted entry that needs one, such as an older name.
        """
        amount = _to_float(value)
        if not CATALOGUE[name].is_valid(amount):
            self.reject(line, entry, _misfit_reason(name, amount), name)
        elif name in self._values and not self._is_better(name, reason, near=near):
            better = self.lines[self._from[name]]
            self.reject(line, entry, message("better_elsewhere", name, better.line), name)
        else:
            self._store(line, entry, name, amount, near=near, reason=reason)

    def reject(self, line: int, entry: str, reason: Reason, name: str | None = None) -> None:
        """Report an entry as left out."""
        self._add(
            EntryReport(line, printable_name(entry), Outcome.LEFT_OUT, self._model, name, reason)
        )

    def mark(
        self, line: int, entry: str, reason: Reason | None = None, name: str | None = None
    ) -> None:
        """Report an entry as taken that has no value of its own."""
        self._add(
            EntryReport(line, printable_name(entry), Outcome.TAKEN, self._model, name, reason)
        )

    def _is_better(self, name: str, reason: Reason | None, *, near: bool) -> bool:
        kept = self.lines[self._from[name]]
        plain = not near and reason is None
        return plain and (kept.outcome is Outcome.APPROXIMATE or kept.reason is not None)

    def _store(
        self,
        line: int,
        entry: str,
        name: str,
        value: float,
        *,
        near: bool,
        reason: Reason | None,
    ) -> None:
        if name in self._values:
            worse = self.lines[self._from[name]]
            instead = message("better_elsewhere", name, line)
            self.lines[self._from[name]] = replace(worse, outcome=Outcome.LEFT_OUT, reason=instead)
        self._values[name], self._from[name] = value, len(self.lines)
        outcome = Outcome.APPROXIMATE if near else Outcome.TAKEN
        self._add(EntryReport(line, printable_name(entry), outcome, self._model, name, reason))

    def _add(self, line: EntryReport) -> None:
        self.lines.append(line)
        assert_not_too_many(self.lines)


def assert_not_too_many(lines: Sequence[EntryReport]) -> None:
    """Raise UnreadableFileError if there are more than MAX_ENTRIES."""
    if len(lines) > MAX_ENTRIES:
        raise UnreadableFileError(f"more than {MAX_ENTRIES} entries", line=lines[-1].line)


def _to_float(value: Fraction) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf")


def _misfit_reason(name: str, value: float) -> Reason:
    if value == 0:
        return message("not_measured")
    return out_of_bounds_reason(CATALOGUE[name])
