"""The names by which files call a measurement: FreeSewing's, Seamly2D's and the catalogue's labels."""

import re
import unicodedata
from dataclasses import dataclass

from dressform.sewing.catalogue import CATALOGUE, Measurement, current_name
from dressform.sewing.formats.reasons import Reason, message

BY_CODE_NAME = {each.seamly.name: each for each in CATALOGUE.values() if each.seamly}

_MAX_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class NamedMeasurement:
    """A measurement that a file names, whether it is only approximately the same, and why."""

    measurement: Measurement
    near: bool = False
    reason: Reason | None = None


def find_measurement(name: str) -> NamedMeasurement | None:
    """Return the measurement of a name or label, which are compared without case and accents."""
    if known := CATALOGUE.get(name):
        return NamedMeasurement(known)
    if current := current_name(name):
        return NamedMeasurement(CATALOGUE[current], reason=message("now_called", current))
    if known := BY_CODE_NAME.get(name):
        near = not is_exact(known)
        return NamedMeasurement(known, near, message("approximate") if near else None)
    spelling = _SPELLINGS.get(fold(name))
    return find_measurement(spelling) if spelling else None


def is_exact(known: Measurement) -> bool:
    """Return whether Seamly2D measures it in the same way."""
    return known.seamly is None or known.seamly.match == "exact"


def fold(text: str) -> str:
    """Return the text without case, accents and punctuation, to compare names with."""
    if len(text) > _MAX_CHARACTERS:
        return ""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return " ".join(re.findall(r"[^\W_]+", re.sub(r"[\u0300-\u036f]", "", plain)))


def _index_spellings() -> dict[str, str]:
    """Return the name for each folded label, name, former name and code name."""
    names = [*BY_CODE_NAME, *(alias for each in CATALOGUE.values() for alias in each.aliases)]
    spellings = {fold(name): name for name in names}
    for each in CATALOGUE.values():
        spellings |= {fold(each.name): each.name, fold(_split_words(each.name)): each.name}
        spellings |= {fold(label): each.name for label in each.label.values()}
    return spellings


def _split_words(name: str) -> str:
    return re.sub("([A-Z])", r" \1", name)


_SPELLINGS = _index_spellings()
