"""Personal fields of files by their names. Their kinds are reported, their values never read."""

import unicodedata

MAX_NAME_CHARACTERS = 100
_NO_LINE = {"Cc", "Cs", "Zl", "Zp"}
KINDS = ("name", "birth_date", "gender", "email", "notes", "picture")

# Elements of Seamly2D and Valentina, keys of FreeSewing, and common column names.
_FIELD_NAMES = {
    "name": "family-name given-name customer name username lusername handle firstname lastname "
    "first_name last_name family_name given_name fullname nom prénom prenom",
    "birth_date": "birth-date birth_date birthdate birthday dob naissance date_de_naissance",
    "gender": "gender sex genre sexe",
    "email": "email e-mail mail initial courriel",
    "notes": "notes note bio",
    "picture": "img picture avatar",
}
_KIND_BY_FIELD = {word: kind for kind, words in _FIELD_NAMES.items() for word in words.split()}


# The default values that Seamly2D and Valentina write into new files.
PLACEHOLDERS = {"birth-date": "1800-01-01", "gender": "unknown"}


def personal_field_kind(field: str) -> str | None:
    """Return the kind of personal data in a field of this name, or None."""
    return _KIND_BY_FIELD.get(field.strip().lower())


def sort_kinds(kinds: set[str]) -> tuple[str, ...]:
    """Return the kinds in the order of KINDS."""
    return tuple(kind for kind in KINDS if kind in kinds)


def clean_model_name(text: str) -> str | None:
    """Return a name in one line without control characters, or None when nothing remains."""
    line = "".join(" " if unicodedata.category(c) in _NO_LINE else c for c in text)
    return line.strip()[:MAX_NAME_CHARACTERS].strip() or None
