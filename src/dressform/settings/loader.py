"""Load the settings of a process, and report a wrong one in one sentence."""

import os

from dotenv.parser import parse_stream
from pydantic import ValidationError

from dressform.errors import StartupError
from dressform.settings.messages import PREFIX, format_error, unknown_setting_message
from dressform.settings.settings import ENV_FILE, Settings


def load_settings(**overrides: object) -> Settings:
    """Return the settings of this process.

    Raise StartupError with one sentence that names the first wrong or missing setting.
    """
    for name in filter(_is_unknown_setting, os.environ):
        raise StartupError(f"Setting refused: {unknown_setting_message(name, _setting_names())}.")
    try:
        _check_env_file()
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise StartupError(f"Setting refused: {format_error(first, _setting_names())}.") from None
    except (OSError, UnicodeDecodeError):
        raise StartupError("Setting refused: the file .env cannot be read as UTF-8.") from None


def _check_env_file() -> None:
    """Raise StartupError for a malformed line of .env, which python-dotenv would skip."""
    if not ENV_FILE.is_file():
        return
    with ENV_FILE.open(encoding="utf-8") as lines:
        for found in parse_stream(lines):
            if found.error:
                raise StartupError(
                    f"Setting refused: line {found.original.line} of the file .env is none: write "
                    f"{PREFIX}NAME=value."
                )


def _is_unknown_setting(variable: str) -> bool:
    name = variable.upper()
    return name.startswith(PREFIX) and name not in _setting_names()


def _setting_names() -> list[str]:
    return [f"{PREFIX}{field.upper()}" for field in Settings.model_fields]
