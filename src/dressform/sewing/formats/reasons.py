"""Why an entry was left out, or what to know about one that was taken; English and French."""

from collections.abc import Mapping

from dressform.sewing.catalogue import DERIVED, RETIRED, Measurement
from dressform.sewing.data import facts

Reason = Mapping[str, str]

_TEXTS: Mapping[str, Reason] = facts("formats/reasons")


def why(key: str, *said: object) -> Reason:
    """What `key` stands for, said of these."""
    return {language: text.format(*said) for language, text in _TEXTS[key].items()}


def out_of_bounds(known: Measurement) -> Reason:
    return why(f"{known.kind}_out_of_bounds", known.expected)


def not_understood(sentence: str) -> Reason:
    """Of text that was read as people write it."""
    return why("not_understood", sentence[0].upper() + sentence[1:])


def why_unknown(name: str) -> Reason:
    """Of a name that is none of FreeSewing's of today."""
    if name in DERIVED:
        return why("derived")
    return why("retired" if name in RETIRED else "unknown")
