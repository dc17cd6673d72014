"""The rules for new passwords. The only module that imports zxcvbn."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from threading import Lock

from zxcvbn import zxcvbn
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from dressform.crypto.password_filter import PasswordFilter, compute_digest
from dressform.crypto.password_forms import compact_stem, fold, list_forms, normalise
from dressform.usernames.reserved import SOFTWARE

MIN_LENGTH = 12
MAX_LENGTH = 256
# Composing shrinks a text to a quarter at most, so nothing longer can be an acceptable password.
MAX_RAW_LENGTH = 4 * MAX_LENGTH

MIN_SCORE = 3
# The rest only makes a password stronger.
MAX_SCORED_LENGTH = 40
# zxcvbn tries every way to read digits and symbols as letters: with all of them in 72 characters
# that took two seconds.
MAX_SCORED_LENGTH_IF_LEET = 20
LEET_CHARACTERS = frozenset("4@8({[<369!1|70$5+%2")
MAX_LEET_KINDS = 8

# A personal word is refused as a word of its own, or where it is a large part of the password:
# `ted` is no part of "nine wanted otters".
_MIN_WORD = 3
_MIN_PART = 4
_MAX_PARTS = 3
# Shorter ones are too many, and zxcvbn scores them.
_MIN_COMMON_STEM = 5

UNREADABLE = "Use letters, digits, spaces and symbols only."
TOO_SHORT = f"Use at least {MIN_LENGTH} characters: a few unrelated words are easy to remember."
TOO_LONG = f"Use at most {MAX_LENGTH} characters."
HAS_USERNAME = "Leave your username out of the password."
HAS_SITE = "Leave the name of this site out of the password."
HAS_EMAIL = "Leave your e-mail address out of the password."
COMMON = (
    "Many people use this one or one much like it, so it is tried first: choose a few words that have "
    "nothing to do with each other."
)
GUESSABLE = (
    "This one is easy to guess: choose a few more words that have nothing to do with each other."
)

COMMON_PASSWORDS = Path(str(files("dressform.crypto").joinpath("common_passwords.filter")))
"""The filter of the passwords that most people use; docs/dependencies.md says where it comes from."""

_scoring_lock = Lock()


@dataclass(frozen=True, slots=True)
class PasswordRules:
    """The additions of a deployment: the words of its name, and a filter of its own."""

    site_words: tuple[str, ...] = (SOFTWARE,)
    filter_file: Path | None = None

    @property
    def filter_files(self) -> tuple[Path, ...]:
        """Return the files of all filters."""
        return (COMMON_PASSWORDS, *([self.filter_file] if self.filter_file else []))


DEFAULT_RULES = PasswordRules()


def validate_password(
    password: str, *, username: str, email: str | None = None, rules: PasswordRules = DEFAULT_RULES
) -> str | None:
    """Return None for an acceptable password, else one sentence of advice. Takes up to 0.1 s.

    Raise FilterFileError, or OSError, for a filter that can't be read.
    """
    if "\0" in password or any("\ud800" <= character <= "\udfff" for character in password):
        return UNREADABLE
    if len(password) > MAX_RAW_LENGTH or len(text := normalise(password)) > MAX_LENGTH:
        return TOO_LONG
    if len(text) < MIN_LENGTH:
        return TOO_SHORT
    personal = [username, _local_part(email), *rules.site_words]
    return (
        _check_personal_info(text, username, email, rules.site_words)
        or _check_common(text, rules)
        or _check_strength(text, personal)
    )


def _check_personal_info(
    text: str, username: str, email: str | None, site_words: tuple[str, ...]
) -> str | None:
    folded = fold(text)
    if _is_real_part(username, folded):
        return HAS_USERNAME
    if any(_is_real_part(word, folded) for word in site_words):
        return HAS_SITE
    return HAS_EMAIL if _is_real_part(_local_part(email), folded) else None


def _is_real_part(word: str, folded: str) -> bool:
    """Return whether a text has a word between others, or as a third of it."""
    word = fold(word)
    if len(word) < _MIN_WORD or word not in folded:
        return False
    if len(word) >= _MIN_PART and len(word) * _MAX_PARTS >= len(folded):
        return True
    start = folded.find(word)
    while start >= 0:
        around = folded[start - 1 : start] + folded[start + len(word) : start + len(word) + 1]
        if not any(map(str.isalnum, around)):
            return True
        start = folded.find(word, start + 1)
    return False


def _check_common(text: str, rules: PasswordRules) -> str | None:
    forms = list(dict.fromkeys(list_forms(text)))
    digests = [compute_digest(form) for form in forms]
    if any(digest in _open_filter(path) for path in rules.filter_files for digest in digests):
        return COMMON
    if not _known_phrases().isdisjoint(forms):
        return COMMON
    stem = compact_stem(text)
    words = _craft_words() | {compact_stem(word) for word in rules.site_words}
    if len(stem) >= _MIN_COMMON_STEM and stem in _common_words():
        return COMMON
    return COMMON if _is_one_or_two_of(stem, words) else None


def _is_one_or_two_of(stem: str, words: frozenset[str]) -> bool:
    return stem in words or any(
        stem[:end] in words and stem[end:] in words for end in range(1, len(stem))
    )


def _check_strength(text: str, personal: list[str]) -> str | None:
    scored = text[:MAX_SCORED_LENGTH]
    if len(LEET_CHARACTERS.intersection(scored)) > MAX_LEET_KINDS:
        scored = scored[:MAX_SCORED_LENGTH_IF_LEET]
    # zxcvbn keeps the personal words in a global, where another thread would score with them.
    with _scoring_lock:
        result = zxcvbn(scored, user_inputs=[*personal, *_craft_words()])
    return GUESSABLE if result["score"] < MIN_SCORE else None


def _local_part(email: str | None) -> str:
    return (email or "").rpartition("@")[0]


@cache
def _open_filter(path: Path) -> PasswordFilter:
    return PasswordFilter.open(path)


@cache
def _common_words() -> frozenset[str]:
    """Return the common passwords that are too short to be accepted by themselves."""
    return frozenset(FREQUENCY_LISTS["passwords"])


@cache
def _known_phrases() -> frozenset[str]:
    return frozenset(form for line in _read_lines("known_phrases.txt") for form in list_forms(line))


@cache
def _craft_words() -> frozenset[str]:
    return frozenset(word for line in _read_lines("craft_words.txt") for word in line.split())


def _read_lines(name: str) -> list[str]:
    text = files("dressform.crypto").joinpath(name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]
