"""Error messages for a wrong setting: its name, and what it must be."""

from collections.abc import Collection
from difflib import get_close_matches

from pydantic_core import ErrorDetails

PREFIX = "DRESSFORM_"

_DURATION = "must be a duration like PT5M (five minutes) or P185D (185 days)"
# In the place of Pydantic's messages for these error types.
_MESSAGES = {
    "bool_parsing": "must be true or false",
    "int_parsing": "must be a whole number",
    "time_delta_parsing": _DURATION,
    "time_delta_type": _DURATION,
}


def format_error(error: ErrorDetails, known: Collection[str]) -> str:
    """Return the message of a validation error, without a full stop.

    `known` holds the names of all settings.
    """
    message = error["msg"].removeprefix("Value error, ")
    if message.startswith(PREFIX):
        return message
    name = str(error["loc"][0]).upper()
    if error["type"] == "extra_forbidden":
        return unknown_setting_message(name, known)
    name = name if name.startswith(PREFIX) else f"{PREFIX}{name}"
    return f"{name} {_MESSAGES.get(error['type'], message.replace('Input should', 'must'))}"


def unknown_setting_message(name: str, known: Collection[str]) -> str:
    """Return the message for a name that is no setting, with the closest known name."""
    if not name.upper().startswith(PREFIX):
        meant = get_close_matches(name.upper(), known, n=1, cutoff=0.7)
    else:  # Compare without the common prefix.
        bare = [one.removeprefix(PREFIX) for one in known]
        close = get_close_matches(name.upper().removeprefix(PREFIX), bare, n=1, cutoff=0.7)
        meant = [f"{PREFIX}{one}" for one in close]
    return f"{name} is no setting: " + (f"{meant[0]} is one" if meant else "see .env.example")
