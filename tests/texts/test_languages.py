"""The choice of a language by Accept-Language."""

import pytest

from dressform.texts.languages import Language, choose_language


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("fr", Language.FR),
        ("de-CH", Language.DE),
        ("FR-ca;q=0.8, es;q=0.9", Language.ES),
        ("pl, nl;q=0.5", Language.NL),
        ("uk,en;q=0.9", Language.UK),
        ("fr;q=0, de;q=0.1", Language.DE),
        ("en;q=0.5, fr;q=0.5", Language.EN),
        ("fr; q=0.3 , de ; Q=0.4", Language.DE),
    ],
)
def test_preferred_language_is_chosen(header: str, language: Language) -> None:
    assert choose_language(header) is language


@pytest.mark.parametrize(
    "header", ["", "*", "pl", "pl, *;q=0.5", "fr;q=0", "fr;q=x", ",;,=", "en;q=2"]
)
def test_header_without_a_language_of_the_service_chooses_none(header: str) -> None:
    assert choose_language(header) is None


def test_header_of_many_languages_is_read_in_part() -> None:
    assert choose_language(", ".join(["pl"] * 100_000) + ", fr") is None
