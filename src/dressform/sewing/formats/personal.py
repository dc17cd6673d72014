"""What files say about a person, by the names of the fields: found, told, and never read."""

KINDS = ("name", "birth date", "gender", "e-mail", "notes", "picture")

# Seamly2D's and Valentina's elements, FreeSewing's keys, and what people call columns.
_CALLED = {
    "name": "family-name given-name customer name username lusername handle firstname lastname "
    "first_name last_name family_name given_name fullname nom prénom prenom",
    "birth date": "birth-date birth_date birthdate birthday dob naissance date_de_naissance",
    "gender": "gender sex genre sexe",
    "e-mail": "email e-mail mail initial courriel",
    "notes": "notes note bio",
    "picture": "img picture avatar",
}
_KIND = {word: kind for kind, words in _CALLED.items() for word in words.split()}


# What Seamly2D and Valentina write where nobody said anything.
NOTHING_SAID = {"birth-date": "1800-01-01", "gender": "unknown"}


def kind_of(field: str) -> str | None:
    """Which kind of personal thing a field of this name holds."""
    return _KIND.get(field.strip().lower())


def in_order(kinds: set[str]) -> tuple[str, ...]:
    return tuple(kind for kind in KINDS if kind in kinds)
