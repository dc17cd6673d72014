"""What files say about a person, by the names of the fields: found, told, and never read."""

KINDS = ("name", "birth_date", "gender", "email", "notes", "picture")

# Seamly2D's and Valentina's elements, FreeSewing's keys, and what people call columns.
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


# What Seamly2D and Valentina write where nobody said anything.
PLACEHOLDERS = {"birth-date": "1800-01-01", "gender": "unknown"}


def personal_field_kind(field: str) -> str | None:
    """Which kind of personal thing a field of this name holds."""
    return _KIND_BY_FIELD.get(field.strip().lower())


def sort_kinds(kinds: set[str]) -> tuple[str, ...]:
    return tuple(kind for kind in KINDS if kind in kinds)
