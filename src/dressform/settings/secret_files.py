"""Secrets in files, as Docker and systemd hand them over: ``DRESSFORM_…_FILE``."""

import os
from pathlib import Path
from typing import Any

from dressform.settings.messages import PREFIX

SECRETS = (
    "database_url",
    "master_keys",
    "smtp_url",
    "bounce_mailbox_url",
    "bounce_secret",
    "metrics_token",
)
"""The settings that may be files. Each has a setting of the same name with ``_file``."""


def read_secret_files(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values with the content of each ``…_file`` under the name of its setting.

    Raise ValueError when a setting has both, or a file cannot be read.
    """
    read = {}
    for name in SECRETS:
        path = values.get(f"{name}_file")
        if path is None:
            continue
        if values.get(name) is not None:
            variable = PREFIX + name.upper()
            msg = f"{variable} and {variable}_FILE must not both be set: remove one of them"
            raise ValueError(msg)
        read[name] = _read_secret(name, path)
    return values | read


def _read_secret(name: str, path: str | Path) -> str:
    # systemd hands credentials over in this folder. An absolute path stays as it is.
    place = Path(os.environ.get("CREDENTIALS_DIRECTORY", ""), path)
    try:
        content = place.read_text(encoding="utf-8").strip()
    except OSError as error:
        reason = str(error.strerror)
    except UnicodeDecodeError:
        reason = "it is not UTF-8"
    else:
        if content:
            return content
        reason = "it is empty"
    msg = f"{PREFIX}{name.upper()}_FILE must name a readable file, and {place} is none: {reason}"
    raise ValueError(msg)
