from collections.abc import Iterable

from dressform.errors import FieldError, InvalidInput
from dressform.usernames.reserved import find_objection


def require_allowed_username(
    username: str, site_words: Iterable[str], *, pointer: str = "#/username"
) -> None:
    """Raise InvalidInput for a username that is reserved, or that looks like a website."""
    objection = find_objection(username, site_words)
    if objection is not None:
        raise InvalidInput(FieldError(pointer, objection))
