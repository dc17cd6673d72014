from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dressform.sewing.catalogue import CATALOGUE
from dressform.sewing.data import facts

_TEXTS: Mapping[str, Mapping[str, str]] = facts("plausibility")["texts"]
_MORE: Mapping[str, str] = _TEXTS["more"]
_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Hint:
    """Something to check: the measurements it is about, and a text with `en` and `fr`."""

    kind: str
    measurements: tuple[str, ...]
    text: Mapping[str, str]

    @classmethod
    def of(cls, kind: str, key: str, names: Sequence[str], *said: Mapping[str, str]) -> "Hint":
        """`said`: what stands in the text of that key, in each language."""
        text = {
            language: words.format(*(each[language] for each in said))
            for language, words in _TEXTS[key].items()
        }
        return cls(kind, tuple(names), text)


def quoted(name: str) -> dict[str, str]:
    """A measurement as people call it."""
    label = CATALOGUE[name].label
    return {
        "en": f"\N{LEFT DOUBLE QUOTATION MARK}{label['en']}\N{RIGHT DOUBLE QUOTATION MARK}",
        "fr": f"«\N{NO-BREAK SPACE}{label['fr']}\N{NO-BREAK SPACE}»",
    }


def listed(names: Sequence[str]) -> dict[str, str]:
    """Several of them; of many only the first."""
    known = [quoted(name) for name in names[:_MOST_NAMED]]
    over = len(names) - len(known)
    more = {language: words.format(over) if over else "" for language, words in _MORE.items()}
    return {
        language: ", ".join(each[language] for each in known) + more[language] for language in more
    }


def as_it_is(text: str) -> dict[str, str]:
    """The same in every language."""
    return dict.fromkeys(_MORE, text)
