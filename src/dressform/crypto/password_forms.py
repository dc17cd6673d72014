"""The forms in which a password is looked up: without case, symbols, digits at its ends, and leet."""

import unicodedata
from collections.abc import Iterator
from itertools import groupby

MIN_LISTED = 8
"""Shorter forms are not stored: zxcvbn has the common ones, and it knows what is added to them."""
MAX_ENDING = 2
"""So many characters behind a listed password do not make another of it."""
MAX_STRIPPED = 8
"""A common word with more digits and symbols than that around it is no longer common."""

# The same on both sides of a comparison, so it need not tell 1 for i from 1 for l.
_LEET = str.maketrans("013456789@$!|+(", "oieasgtbgasiitc")


def normalise(text: str) -> str:
    """Return a password in NFKC, as it is hashed and compared.

    NIST SP 800-63B advises it: the same password typed on two devices can be composed differently.
    """
    return unicodedata.normalize("NFKC", text)


def fold(text: str) -> str:
    """Return a text without differences of case, composed as `normalise` does."""
    return normalise(normalise(text).casefold())


def list_forms(password: str) -> Iterator[str]:
    """Yield the forms of a password of which none may be listed, the exact text first."""
    folded = fold(password)
    yield from (password, folded)
    whole = _compact(folded)
    forms = [whole, _compact(strip_to_stem(folded))]
    forms += [whole[:-ending] for ending in range(1, MAX_ENDING + 1)]
    yield from (form for form in forms if len(form) >= MIN_LISTED)


def list_stored_forms(password: str) -> Iterator[str]:
    """Yield the forms of a listed password that a filter stores."""
    folded = fold(password)
    for form in {_compact(folded), _compact(_strip_ends(folded))}:
        if len(form) >= MIN_LISTED:
            yield form


def strip_to_stem(folded: str) -> str:
    """Return a password without digits and symbols at its ends, or "" if there are many of them."""
    stem = _strip_ends(folded)
    if not stem:
        return ""
    start, _, end = folded.partition(stem)
    # !!!!! counts as one.
    stripped = sum(1 for _ in groupby(start)) + sum(1 for _ in groupby(end))
    return stem if stripped <= MAX_STRIPPED else ""


def compact_stem(password: str) -> str:
    """Return the letters of a password's stem, with leet read as letters."""
    return _compact(strip_to_stem(fold(password)))


def _strip_ends(text: str) -> str:
    start, end = 0, len(text)
    while start < end and not text[start].isalpha():
        start += 1
    while end > start and not text[end - 1].isalpha():
        end -= 1
    return text[start:end]


def _compact(text: str) -> str:
    return "".join(filter(str.isalnum, text.translate(_LEET)))
