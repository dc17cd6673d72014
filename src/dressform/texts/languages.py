"""The languages of the service, and the choice of one for a reader."""

from enum import StrEnum


class Language(StrEnum):
    """A language of the service, by its ISO 639-1 code."""

    EN = "en"
    FR = "fr"
    DE = "de"
    ES = "es"
    NL = "nl"
    UK = "uk"


OWN_NAMES = {
    Language.EN: "English",
    Language.FR: "Français",
    Language.DE: "Deutsch",
    Language.ES: "Español",
    Language.NL: "Nederlands",
    Language.UK: "Українська",
}
"""The name of each language in itself."""

_BY_CODE = {language.value: language for language in Language}
_MAX_RANGES = 20


def choose_language(accept_language: str) -> Language | None:
    """Return the language of the service that an Accept-Language header prefers, or None.

    Lookup of RFC 4647, section 3.4: `de-CH` is served in German. A range with `q=0` is refused, and `*`
    prefers none.
    """
    weights: dict[Language, float] = {}
    for part in accept_language.split(",")[:_MAX_RANGES]:
        tag, _, parameter = part.partition(";")
        primary = tag.strip().lower().partition("-")[0]
        language = _BY_CODE.get(primary)
        if language is not None:
            weights[language] = max(weights.get(language, 0.0), _parse_weight(parameter))
    best = max(weights, key=weights.__getitem__, default=None)
    return best if best is not None and weights[best] > 0 else None


def _parse_weight(parameter: str) -> float:
    """Return the weight of `q=0.8`; 1 for none, and 0 for one that is malformed."""
    name, _, value = parameter.strip().partition("=")
    if not name:
        return 1.0
    try:
        weight = float(value) if name.strip().lower() == "q" else 0.0
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0
