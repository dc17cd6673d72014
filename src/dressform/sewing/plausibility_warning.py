from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dressform.sewing.catalogue import CATALOGUE
from dressform.sewing.data import load_json

_TEXTS: Mapping[str, Mapping[str, str]] = load_json("plausibility")["texts"]
_MORE: Mapping[str, str] = _TEXTS["more"]
_MAX_QUOTED = 3


@dataclass(frozen=True, slots=True)
class PlausibilityWarning:
    """A suggestion to check some measurements; its text has the keys `en` and `fr`."""

    kind: str
    measurements: tuple[str, ...]
    text: Mapping[str, str]

    @classmethod
    def create(
        cls, kind: str, key: str, names: Sequence[str], *fragments: Mapping[str, str]
    ) -> "PlausibilityWarning":
        """Fill the text of `key` with `fragments`, each of which has all languages."""
        text = {
            language: words.format(*(each[language] for each in fragments))
            for language, words in _TEXTS[key].items()
        }
        return cls(kind, tuple(names), text)


def quote_label(name: str) -> dict[str, str]:
    """Return the label of a measurement in quotation marks, by language."""
    label = CATALOGUE[name].label
    return {
        "en": f"\N{LEFT DOUBLE QUOTATION MARK}{label['en']}\N{RIGHT DOUBLE QUOTATION MARK}",
        "fr": f"«\N{NO-BREAK SPACE}{label['fr']}\N{NO-BREAK SPACE}»",
    }


def quote_list(names: Sequence[str]) -> dict[str, str]:
    """Return a list of quoted labels by language; after the first three, only their number."""
    known = [quote_label(name) for name in names[:_MAX_QUOTED]]
    over = len(names) - len(known)
    more = {language: words.format(over) if over else "" for language, words in _MORE.items()}
    return {
        language: ", ".join(each[language] for each in known) + more[language] for language in more
    }


def untranslated_text(text: str) -> dict[str, str]:
    """Return the same text for all languages."""
    return dict.fromkeys(_MORE, text)
