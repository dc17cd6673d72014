"""Messages about entries of a file, in English and French: why one was left out or adjusted."""

from collections.abc import Mapping

from dressform.sewing.catalogue import DERIVED, RETIRED, Measurement
from dressform.sewing.data import load_json

Reason = Mapping[str, str]

_TEXTS: Mapping[str, Reason] = load_json("formats/reasons")


def message(key: str, *values: object) -> Reason:
    """Return the message of `key` in each language, formatted with `values`."""
    return {language: text.format(*values) for language, text in _TEXTS[key].items()}


def out_of_bounds_reason(known: Measurement) -> Reason:
    """Return the message for a value outside the measurement's range."""
    return message(f"{known.kind}_out_of_bounds", known.constraint_text)


def parse_error_reason(sentence: str) -> Reason:
    """Return the message for text that could not be parsed as a quantity."""
    return message("not_understood", sentence[0].upper() + sentence[1:])


def unknown_name_reason(name: str) -> Reason:
    """Return the message for a name that is not in the catalogue."""
    if name in DERIVED:
        return message("derived")
    return message("retired" if name in RETIRED else "unknown")
