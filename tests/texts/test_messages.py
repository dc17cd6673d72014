"""Texts of every language: the same keys and places as English, and the forms of its plural."""

import json
from datetime import UTC, date, datetime
from importlib import resources
from string import Formatter
from typing import Any

import pytest
from babel import Locale

from dressform.texts.languages import OWN_NAMES, Language
from dressform.texts.messages import Forms, Message, format_value, get_text, load_texts

_FOLDER = resources.files("dressform.texts")
_ENGLISH = _FOLDER.joinpath("en")
AREAS = sorted(
    file.name.removesuffix(".json")
    for file in (_ENGLISH.iterdir() if _ENGLISH.is_dir() else ())
    if file.name.endswith(".json")
)
OTHERS = [language for language in Language if language is not Language.EN]


def _places(text: str | Forms) -> set[str]:
    texts = [text] if isinstance(text, str) else text.values()
    return {name for each in texts for _, name, _, _ in Formatter().parse(each) if name is not None}


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("area", AREAS)
def test_no_text_is_missing_or_unknown(area: str, language: Language) -> None:
    assert set(load_texts(area, language)) == set(load_texts(area, Language.EN))


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("area", AREAS)
def test_places_are_those_of_the_english_text(area: str, language: Language) -> None:
    english = load_texts(area, Language.EN)
    texts = load_texts(area, language)
    differ = {
        key for key in texts if key in english and _places(texts[key]) != _places(english[key])
    }

    assert differ == set()


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("area", AREAS)
def test_plural_has_the_forms_of_its_language(area: str, language: Language) -> None:
    expected = {"other", *Locale.parse(language).plural_form.tags} - {"many"} | (
        {"many"} if language is Language.UK else set()
    )
    for key, text in load_texts(area, language).items():
        if not isinstance(text, str):
            assert set(text) == expected, key


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("area", AREAS)
def test_file_holds_texts_alone_and_no_key_twice(area: str, language: Language) -> None:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len({key for key, _ in pairs}) == len(pairs)
        return dict(pairs)

    text = _FOLDER.joinpath(language, f"{area}.json").read_text("utf-8")
    for key, value in json.loads(text, object_pairs_hook=unique).items():
        values = [value] if isinstance(value, str) else value.values()
        assert all(isinstance(each, str) and each.strip() == each != "" for each in values), key


def test_text_that_a_language_lacks_is_read_in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    files: dict[str, dict[str, Any]] = {
        "en": {"only": {"one": "{count} row", "other": "{count} rows"}},
        "uk": {},
    }
    monkeypatch.setattr("dressform.texts.messages.load_texts", lambda _, language: files[language])

    assert get_text("any", "only", "uk", count=21_000) == "21,000 rows"


def test_form_of_the_number_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    forms = {
        "one": "{count} символ",
        "few": "{count} символи",
        "many": "{count} символів",
        "other": "{count} символу",
    }
    monkeypatch.setattr("dressform.texts.messages.load_texts", lambda *_: {"length": forms})
    read = [Message("any", "length", {"count": n}).localize("uk") for n in (1, 3, 5, 21, 1.5)]

    assert read == ["1 символ", "3 символи", "5 символів", "21 символ", "1,5 символу"]


def test_unknown_key_raises() -> None:
    with pytest.raises(KeyError):
        get_text(AREAS[0] if AREAS else "none", "no such key", "fr")


def test_values_are_written_as_a_reader_writes_them() -> None:
    values = (
        12_345.5,
        date(2026, 11, 30),
        datetime(2026, 11, 30, 9, 5, tzinfo=UTC),
        ("a", "b", "c"),
    )

    assert [format_value(value, "fr") for value in values] == [
        "12\N{NARROW NO-BREAK SPACE}345,5",
        "30 novembre 2026",
        "30 novembre 2026 09:05 UTC",
        "a, b et c",
    ]
    assert format_value(values[0], "de") == "12.345,5"


def test_each_language_has_a_name() -> None:
    assert set(OWN_NAMES) == set(Language)
