"""The sentences of the pages of mailed links at a field, since the API's messages are in English alone."""

from collections.abc import Mapping

from dressform.actions.confirm_sign_up import DIFFERS_FROM_SIGN_UP
from dressform.api.schemas.fields import EMAIL_RULE, EMAIL_UNWRITABLE, USERNAME_RULE
from dressform.crypto import password_rules as passwords
from dressform.errors import UsernameTaken, WrongCode, WrongPassword
from dressform.usernames.reserved import IS_LINK, IS_RESERVED

_TOO_SHORT = (
    passwords.TOO_SHORT,
    "Au moins 12 caractères : quelques mots sans lien entre eux se retiennent bien.",
)
_TOO_LONG = (passwords.TOO_LONG, "256 caractères au plus.")

_SENTENCES: Mapping[str, tuple[str, str]] = {
    passwords.UNREADABLE: (
        passwords.UNREADABLE,
        "Uniquement des lettres, des chiffres, des espaces et des symboles.",
    ),
    passwords.TOO_SHORT: _TOO_SHORT,
    "String should have at least 12 characters": _TOO_SHORT,
    passwords.TOO_LONG: _TOO_LONG,
    "String should have at most 256 characters": _TOO_LONG,
    passwords.HAS_USERNAME: (
        passwords.HAS_USERNAME,
        "Le mot de passe ne doit pas contenir votre nom d'utilisateur.",
    ),
    passwords.HAS_SITE: (
        passwords.HAS_SITE,
        "Le mot de passe ne doit pas contenir le nom de ce site.",
    ),
    passwords.HAS_EMAIL: (
        passwords.HAS_EMAIL,
        "Le mot de passe ne doit pas contenir votre adresse e-mail.",
    ),
    passwords.COMMON: (
        passwords.COMMON,
        (
            "Beaucoup de gens se servent de ce mot de passe ou d'un autre qui lui ressemble ; il est donc essayé en "
            "premier : choisissez plusieurs mots sans lien entre eux."
        ),
    ),
    passwords.GUESSABLE: (
        passwords.GUESSABLE,
        "Ce mot de passe se devine facilement : choisissez plusieurs mots sans lien entre eux.",
    ),
    USERNAME_RULE: (
        (
            "Use letters from a to z, digits, dots, hyphens and underscores, without spaces; begin and end "
            "with a letter or a digit."
        ),
        (
            "Des lettres de a à z, chiffres, points, tirets et traits de soulignement, sans espaces ; au début et à la "
            "fin, une lettre ou un chiffre."
        ),
    ),
    "String should have at least 3 characters": (
        "At least 3 characters.",
        "Au moins 3 caractères.",
    ),
    "String should have at most 30 characters": (
        "At most 30 characters.",
        "30 caractères au plus.",
    ),
    IS_RESERVED: (
        "This username is reserved: choose another one.",
        "Ce nom d'utilisateur est réservé : choisissez-en un autre.",
    ),
    IS_LINK: (
        "This looks like the name of a website, which mail programs turn into a link: replace the dot.",
        "Ce nom ressemble à celui d'un site, dont les programmes de messagerie font un lien : remplacez le point.",
    ),
    EMAIL_RULE: (
        "Write an e-mail address like ada@example.org.",
        "Écrivez une adresse e-mail comme ada@example.org.",
    ),
    EMAIL_UNWRITABLE: (
        "No mail can be written to this address: use another one.",
        "Aucun e-mail ne peut être écrit à cette adresse : prenez-en une autre.",
    ),
    DIFFERS_FROM_SIGN_UP: (
        (
            "This is not the password with which you registered. Try again, or register again with the same "
            "address: the link stays good."
        ),
        (
            "Ce n'est pas le mot de passe de votre inscription. Réessayez, ou inscrivez-vous de nouveau avec la "
            "même adresse : le lien reste valable."
        ),
    ),
    UsernameTaken.detail: (
        "Another member has the username that you chose by now: choose another one.",
        "Un autre membre a pris entre-temps le nom d'utilisateur que vous aviez choisi : choisissez-en un autre.",
    ),
    WrongPassword.detail: (
        "This is not the password of your account.",
        "Ce n'est pas le mot de passe de votre compte.",
    ),
    WrongCode.detail: (
        (
            "This code does not sign you in: it is mistyped, was used already, is older than ten minutes, or was "
            "asked for on another device. Follow the link in the mail, or ask for a new one."
        ),
        (
            "Ce code ne vous connecte pas : il est mal saisi, a déjà servi, a plus de dix minutes, ou a été demandé sur un "
            "autre appareil. Suivez le lien de l'e-mail, ou demandez-en un nouveau."
        ),
    ),
}

FIELD_MESSAGES: Mapping[str, Mapping[str, str]] = {
    said: {"en": english, "fr": french} for said, (english, french) in _SENTENCES.items()
}
"""The sentences by the message of the API: that of a field, or of a problem that concerns one field."""
