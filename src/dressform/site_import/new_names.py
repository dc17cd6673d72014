"""The usernames of moved accounts: theirs, or one like it."""

import re
import secrets
import unicodedata
from collections.abc import Iterable, Iterator

from pydantic import TypeAdapter, ValidationError

from dressform.api.schemas.fields import Username
from dressform.usernames.reserved import find_objection

_USERNAME: TypeAdapter[str] = TypeAdapter(Username)
_MAX_LENGTH = 30
_MAX_NUMBER = 9
_MAX_RANDOM = 5


def list_names(username: str, site_words: Iterable[str]) -> Iterator[str]:
    """Yield usernames that the rules of this site allow, the most similar to `username` first.

    The last ones are random, so that one of them is free.
    """
    words = tuple(site_words)
    plain = _to_plain(username)
    numbered = [f"{plain[: _MAX_LENGTH - 2]}-{number}" for number in range(2, _MAX_NUMBER + 1)]
    random = [f"member-{secrets.token_hex(4)}" for _ in range(_MAX_RANDOM)]
    for candidate in (username, plain, plain.replace(".", "-"), *numbered, *random):
        if _is_allowed(candidate, words):
            yield candidate


def _to_plain(username: str) -> str:
    """Return a name with the characters that usernames can have."""
    letters = unicodedata.normalize("NFKD", username).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9._-]+", "-", letters).strip("._-")[:_MAX_LENGTH].strip("._-")


def _is_allowed(candidate: str, words: tuple[str, ...]) -> bool:
    try:
        valid = _USERNAME.validate_python(candidate) == candidate
    except ValidationError:
        return False
    return valid and find_objection(candidate, words) is None
