"""JSON that people can read, too."""

import json
from typing import Any


def json_text(content: Any) -> bytes:
    """In the order given: the same bytes each time."""
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()
