from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dressform.sewing.catalogue import CATALOGUE
from dressform.sewing.data import load_json

_TEXTS: Mapping[str, Mapping[str, str]] = load_json("plausibility")["texts"]
_MORE: Mapping[str, str] = _TEXTS["more"]
_MAX_QUOTED = 3


@dataclass(frozen=True, slots=True)
class PlausibilityWarning:
    """Something to check: the measurements it is about, and a text with `en` and `fr`."""

    kind: str
    measurements: tuple[str, ...]
    text: Mapping[str, str]

    @classmethod
    def create(
        cls, kind: str, key: str, names: Sequence[str], *said: Mapping[str, str]
    ) -> "PlausibilityWarning":
        """`said`: what stands in the text of that key, in each language."""
        text = {
            language: words.format(*(each[language] for each in said))
            for language, words in _TEXTS[key].items()
        }
        return cls(kind, tuple(names), text)


def quote_label(name: str) -> dict[str, str]:
    """A measurement as people call it."""
    label = CATALOGUE[name].label
    return {
        "en": f"\N{LEFT DOUBLE QUOTATION MARK}{label['en']}\N{RIGHT DOUBLE QUOTATION MARK}",
        "fr": f"«\N{NO-BREAK SPACE}{label['fr']}\N{NO-BREAK SPACE}»",
    }


def quote_list(names: Sequence[str]) -> dict[str, str]:
    """Several of them; of many only the first."""
    known = [quote_label(name) for name in names[:_MAX_QUOTED]]
    over = len(names) - len(known)
    more = {language: words.format(over) if over else "" for language, words in _MORE.items()}
    return {
        language: ", ".join(each[language] for each in known) + more[language] for language in more
    }


def untranslated(text: str) -> dict[str, str]:
    """The same in every language."""
    return dict.fromkeys(_MORE, text)
