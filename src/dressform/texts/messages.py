"""Texts by area and key, with their places filled as a reader of the language writes numbers and dates."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache, lru_cache
from importlib import resources

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.lists import format_list
from babel.numbers import format_decimal

from dressform.texts.languages import Language

Value = str | int | float | date | datetime | tuple[str, ...]
"""The types of values for places. A tuple becomes a list in words."""

Forms = Mapping[str, str]
"""The forms of a text by CLDR's plural categories."""


@dataclass(frozen=True, slots=True)
class Message:
    """A text of the service that is not yet in a language: its area, key and the values of its places."""

    area: str
    key: str
    params: Mapping[str, Value] = field(default_factory=dict, hash=False)

    def localize(self, language: str) -> str:
        """Return the text in a language."""
        return get_text(self.area, self.key, language, **self.params)

    def in_all_languages(self) -> dict[str, str]:
        """Return the text by the code of each language."""
        return {language.value: self.localize(language) for language in Language}


def get_text(area: str, key: str, language: str, /, **params: Value) -> str:
    """Return a text in a language, or in English where the language lacks it.

    Raises KeyError for a key that English lacks, or a place that `params` lacks.
    """
    texts, spoken = load_texts(area, language), Language(language)
    if key not in texts:
        texts, spoken = load_texts(area, Language.EN), Language.EN
    text = texts[key]
    if not isinstance(text, str):
        text = _choose_form(text, params["count"], spoken)
    return text.format_map({name: format_value(value, spoken) for name, value in params.items()})


def get_texts(area: str, key: str, /, **params: Value) -> dict[str, str]:
    """Return a text by the code of each language."""
    return Message(area, key, params).in_all_languages()


@cache
def load_texts(area: str, language: str) -> Mapping[str, str | Forms]:
    """Return the texts of an area by key, without those that the language lacks."""
    file = resources.files("dressform.texts").joinpath(language, f"{area}.json")
    if not file.is_file():
        return {}
    texts: dict[str, str | Forms] = json.loads(file.read_text("utf-8"))
    return texts


def format_value(value: Value, language: str) -> str:
    """Return a number, date, time (UTC) or list as a reader of the language writes it."""
    locale = _get_locale(language)
    match value:
        case str():
            return value
        case tuple():
            return format_list(value, locale=locale)
        case datetime():
            return f"{format_datetime(value, 'd MMMM y HH:mm', locale=locale)} UTC"
        case date():
            return format_date(value, "long", locale=locale)
        case _:
            return format_decimal(value, locale=locale)


def _choose_form(forms: Forms, count: Value, language: str) -> str:
    assert isinstance(count, int | float)
    return forms.get(_get_locale(language).plural_form(count)) or forms["other"]


@lru_cache(maxsize=len(Language))
def _get_locale(language: str) -> Locale:
    return Locale.parse(language)
