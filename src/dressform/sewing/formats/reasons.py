"""Why an entry was left out, or what to know about one that was taken; English and French."""

from collections.abc import Mapping

from dressform.sewing.catalogue import DERIVED, RETIRED, Measurement
from dressform.sewing.data import load_json

Reason = Mapping[str, str]

_TEXTS: Mapping[str, Reason] = load_json("formats/reasons")


def message(key: str, *said: object) -> Reason:
    """What `key` stands for, said of these."""
    return {language: text.format(*said) for language, text in _TEXTS[key].items()}


def out_of_bounds_reason(known: Measurement) -> Reason:
    return message(f"{known.kind}_out_of_bounds", known.expected)


def parse_error_reason(sentence: str) -> Reason:
    """Of text that was read as people write it."""
    return message("not_understood", sentence[0].upper() + sentence[1:])


def unknown_name_reason(name: str) -> Reason:
    """Of a name that is none of FreeSewing's of today."""
    if name in DERIVED:
        return message("derived")
    return message("retired" if name in RETIRED else "unknown")
