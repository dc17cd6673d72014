"""Formatting of JSON files."""

import json
from typing import Any


def json_text(content: Any) -> bytes:
    """Return indented JSON with keys in the given order."""
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()
